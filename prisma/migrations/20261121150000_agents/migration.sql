-- AlterTable
ALTER TABLE "agent" ADD COLUMN     "draining" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN     "health_from" TIMESTAMPTZ(6),
ADD COLUMN     "health_rank" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "health_tasks" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "provider" TEXT,
ADD COLUMN     "version" INTEGER NOT NULL DEFAULT 1;

-- CreateTable
CREATE TABLE "agent_change" (
    "agent_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "by_kind" TEXT NOT NULL,
    "by_id" TEXT NOT NULL,
    "by_name" TEXT NOT NULL,
    "task_id" UUID,
    "fields" JSONB NOT NULL,

    CONSTRAINT "agent_change_pkey" PRIMARY KEY ("agent_id","version")
);

-- CreateTable
CREATE TABLE "agent_draft" (
    "id" UUID NOT NULL,
    "owner_id" UUID NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "step" INTEGER NOT NULL DEFAULT 1,
    "data" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "agent_draft_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "agent_grant" (
    "id" UUID NOT NULL,
    "agent_id" UUID NOT NULL,
    "tool" TEXT NOT NULL,
    "resources" TEXT[] DEFAULT ARRAY[]::TEXT[],
    "scoped" BOOLEAN NOT NULL DEFAULT false,
    "granted_by" UUID NOT NULL,
    "granted_name" TEXT NOT NULL,
    "task_id" UUID,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(6) NOT NULL,
    "revoked_at" TIMESTAMPTZ(6),
    "hits" INTEGER NOT NULL DEFAULT 0,
    "last_hit_at" TIMESTAMPTZ(6),

    CONSTRAINT "agent_grant_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "agent_health" (
    "agent_id" UUID NOT NULL,
    "from_at" TIMESTAMPTZ(6) NOT NULL,
    "status" TEXT NOT NULL,
    "active_tasks_max" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "agent_health_pkey" PRIMARY KEY ("agent_id","from_at")
);

-- CreateTable
CREATE TABLE "agent_connection_test" (
    "id" UUID NOT NULL,
    "requested_by" UUID NOT NULL,
    "agent_id" UUID,
    "connection" JSONB NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'running',
    "ok" BOOLEAN,
    "checks" JSONB NOT NULL,
    "held_until" TIMESTAMPTZ(6),
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "agent_connection_test_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "agent_draft_owner_id_updated_at_idx" ON "agent_draft"("owner_id", "updated_at");

-- CreateIndex
CREATE INDEX "agent_grant_agent_id_expires_at_idx" ON "agent_grant"("agent_id", "expires_at");

-- CreateIndex
CREATE INDEX "agent_connection_test_created_at_idx" ON "agent_connection_test"("created_at");

-- AddForeignKey
ALTER TABLE "agent_change" ADD CONSTRAINT "agent_change_agent_id_fkey" FOREIGN KEY ("agent_id") REFERENCES "agent"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "agent_draft" ADD CONSTRAINT "agent_draft_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "user"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "agent_grant" ADD CONSTRAINT "agent_grant_agent_id_fkey" FOREIGN KEY ("agent_id") REFERENCES "agent"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "agent_health" ADD CONSTRAINT "agent_health_agent_id_fkey" FOREIGN KEY ("agent_id") REFERENCES "agent"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Names are one in any case, also where two people make an agent at the same moment.
CREATE UNIQUE INDEX "agent_name_folded" ON "agent" (lower("name"));

-- Agents that were there before have their first version too.
INSERT INTO "agent_change" ("agent_id", "version", "at", "by_kind", "by_id", "by_name", "fields")
  SELECT "id", 1, "created_at", 'system', 'system', 'System', '[]' FROM "agent";

DO $$
BEGIN
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'ade_app') THEN
    GRANT SELECT, INSERT, UPDATE, DELETE ON "agent_change", "agent_draft", "agent_grant", "agent_health",
      "agent_connection_test" TO ade_app;
  END IF;
END $$;
