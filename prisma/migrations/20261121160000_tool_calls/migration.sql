-- AlterTable
ALTER TABLE "task" ADD COLUMN     "expires_at" TIMESTAMPTZ(6);

-- AlterTable
ALTER TABLE "approval" ADD COLUMN     "allow_always" JSONB;

-- CreateTable
CREATE TABLE "tool_call_end" (
    "task_id" UUID NOT NULL,
    "revision" INTEGER NOT NULL,
    "outcome" TEXT NOT NULL,
    "message" TEXT,
    "output" TEXT,
    "reported_by" UUID NOT NULL,
    "reported_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "tool_call_end_pkey" PRIMARY KEY ("task_id","revision")
);

-- AddForeignKey
ALTER TABLE "tool_call_end" ADD CONSTRAINT "tool_call_end_task_id_fkey" FOREIGN KEY ("task_id") REFERENCES "task"("id") ON DELETE CASCADE ON UPDATE CASCADE;

CREATE INDEX "task_expires" ON "task" ("expires_at")
  WHERE "expires_at" IS NOT NULL AND "state" IN ('DRAFT', 'SUBMITTED', 'REVIEWING', 'APPROVED');

DO $$
BEGIN
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'ade_app') THEN
    GRANT SELECT, INSERT, UPDATE, DELETE ON "tool_call_end" TO ade_app;
  END IF;
END $$;
