-- Of several open rollbacks of one task the first stays its rollback; the others keep their content, and fail their plan.
UPDATE "task" AS other SET "rollback_of" = NULL
  WHERE "rollback_of" IS NOT NULL AND "state" NOT IN ('COMPLETED', 'REJECTED', 'CANCELLED')
    AND EXISTS (SELECT 1 FROM "task" AS first
      WHERE first."rollback_of" = other."rollback_of" AND first."state" NOT IN ('COMPLETED', 'REJECTED', 'CANCELLED')
        AND (first."created_at", first."id") < (other."created_at", other."id"));
-- Of two who ask at once for the rollback of one task, one is told that it is on its way.
CREATE UNIQUE INDEX "task_one_rollback" ON "task" ("rollback_of")
  WHERE "rollback_of" IS NOT NULL AND "state" NOT IN ('COMPLETED', 'REJECTED', 'CANCELLED');
