-- CreateTable
CREATE TABLE "lock_request" (
    "id" UUID NOT NULL,
    "principal_id" TEXT NOT NULL,
    "owner_id" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "several" BOOLEAN NOT NULL DEFAULT false,
    "partition" INTEGER NOT NULL,
    "request" JSONB NOT NULL,
    "keys" JSONB NOT NULL,
    "priority" INTEGER NOT NULL,
    "sequence" BIGSERIAL NOT NULL,
    "attempt" TEXT,
    "requested_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "leased_until" TIMESTAMPTZ(6) NOT NULL,
    "waits_until" TIMESTAMPTZ(6) NOT NULL,
    "problem" JSONB,

    CONSTRAINT "lock_request_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "lock_request_key_priority_sequence_idx" ON "lock_request"("key", "priority" DESC, "sequence");

-- CreateIndex
CREATE INDEX "lock_request_principal_id_partition_idx" ON "lock_request"("principal_id", "partition");

-- CreateIndex
CREATE UNIQUE INDEX "lock_request_principal_id_owner_id_key_several_key" ON "lock_request"("principal_id", "owner_id", "key", "several");

-- The running product's role counts arrivals up; rights on tables it has by default, on sequences not.
DO $$
BEGIN
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'ade_app') THEN
    GRANT SELECT, INSERT, UPDATE, DELETE ON "lock_request" TO ade_app;
    GRANT USAGE ON SEQUENCE "lock_request_sequence_seq" TO ade_app;
  END IF;
END
$$;
