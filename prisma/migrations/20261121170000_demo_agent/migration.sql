-- CreateTable
CREATE TABLE "demo_agent_run" (
    "id" UUID NOT NULL,
    "agent_id" UUID NOT NULL,
    "state" TEXT NOT NULL,
    "started_by" UUID NOT NULL,
    "started_by_name" TEXT NOT NULL,
    "reviewer_id" UUID,
    "worker_id" TEXT,
    "steps" JSONB NOT NULL DEFAULT '[]',
    "end_reason" TEXT,
    "started_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ends_at" TIMESTAMPTZ(6) NOT NULL,
    "seen_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "ended_at" TIMESTAMPTZ(6),

    CONSTRAINT "demo_agent_run_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "demo_agent_run_started_at_idx" ON "demo_agent_run"("started_at");

-- AddForeignKey
ALTER TABLE "demo_agent_run" ADD CONSTRAINT "demo_agent_run_agent_id_fkey" FOREIGN KEY ("agent_id") REFERENCES "agent"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- One at a time.
CREATE UNIQUE INDEX "demo_agent_run_open" ON "demo_agent_run" ((true)) WHERE "state" <> 'ended';

DO $$
BEGIN
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'ade_app') THEN
    GRANT SELECT, INSERT, UPDATE, DELETE ON "demo_agent_run" TO ade_app;
  END IF;
END $$;
