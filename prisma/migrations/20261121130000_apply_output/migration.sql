-- AlterTable
ALTER TABLE "attempt" ADD COLUMN     "progress" JSONB,
ADD COLUMN     "rolled_back" BOOLEAN;

-- AlterTable
ALTER TABLE "task" ADD COLUMN     "rollback_of" UUID;

-- CreateTable
CREATE TABLE "attempt_output" (
    "attempt_id" UUID NOT NULL,
    "position" BIGINT NOT NULL,
    "bytes" INTEGER NOT NULL,
    "text" TEXT NOT NULL,

    CONSTRAINT "attempt_output_pkey" PRIMARY KEY ("attempt_id","position")
);

-- CreateTable
CREATE TABLE "apply_turn" (
    "priority" INTEGER NOT NULL,
    "author_id" UUID NOT NULL,
    "turn" BIGINT NOT NULL,

    CONSTRAINT "apply_turn_pkey" PRIMARY KEY ("priority","author_id")
);

-- AddForeignKey
ALTER TABLE "attempt_output" ADD CONSTRAINT "attempt_output_attempt_id_fkey" FOREIGN KEY ("attempt_id") REFERENCES "attempt"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- What attempts printed before it was stored as it came.
INSERT INTO "attempt_output" ("attempt_id", "position", "bytes", "text")
SELECT "id", 0, octet_length("output"), "output" FROM "attempt" WHERE "output" <> '';
ALTER TABLE "attempt" DROP COLUMN "output";

-- Few tasks are a rollback of another, and only those are looked for by it.
CREATE INDEX "task_rollback_of_idx" ON "task"("rollback_of") WHERE "rollback_of" IS NOT NULL;
-- For forgetting: stash and output go some time after an attempt's end.
CREATE INDEX "attempt_stashed_idx" ON "attempt"("ended_at") WHERE "stash" IS NOT NULL;
CREATE INDEX "attempt_ended_at_idx" ON "attempt"("ended_at");

DO $$
BEGIN
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'ade_app') THEN
    GRANT SELECT, INSERT, UPDATE, DELETE ON "attempt_output", "apply_turn" TO ade_app;
  END IF;
END $$;
