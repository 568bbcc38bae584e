-- CreateTable
CREATE TABLE "http_receipt" (
    "idempotency_key" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "status" INTEGER,
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "http_receipt_pkey" PRIMARY KEY ("idempotency_key")
);

DO $$
BEGIN
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'ade_app') THEN
    GRANT SELECT, INSERT, UPDATE, DELETE ON "http_receipt" TO ade_app;
  END IF;
END $$;
