-- The inbox reads what one person is asked in the order in which it is due, and what is theirs, without the others'.
DROP INDEX "approval_pending";
CREATE INDEX "approval_asked" ON "approval" ("reviewer_id", (coalesce("due_at", "created_at")), "task_id") WHERE "status" = 'PENDING';
CREATE INDEX "approval_answered" ON "approval" ("reviewer_id", "task_id") WHERE "responded_at" IS NOT NULL;
CREATE INDEX "task_open" ON "task" ("author_id", "state")
  WHERE "state" IN ('DRAFT', 'SUBMITTED', 'REVIEWING', 'APPROVED', 'APPLYING', 'REJECTED') AND NOT "archived";

-- Two admins who change a setting at once: the second is told instead of undoing what the first did.
ALTER TABLE "setting" ADD COLUMN "version" INTEGER NOT NULL DEFAULT 1;

-- An answer, or the end of a review, settles the open requests about a task.
CREATE INDEX "notification_open" ON "notification" ("task_id") WHERE "read_at" IS NULL;
