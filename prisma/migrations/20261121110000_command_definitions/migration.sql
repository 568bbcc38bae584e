-- CreateTable
CREATE TABLE "command_definition" (
    "id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "definition" JSONB NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "command_definition_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "command_definition_version" (
    "command_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "definition" JSONB NOT NULL,
    "created_by" UUID,
    "created_by_name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(6) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "command_definition_version_pkey" PRIMARY KEY ("command_id","version")
);

-- CreateIndex
CREATE UNIQUE INDEX "command_definition_name_key" ON "command_definition"("name");

-- AddForeignKey
ALTER TABLE "command_definition_version" ADD CONSTRAINT "command_definition_version_command_id_fkey" FOREIGN KEY ("command_id") REFERENCES "command_definition"("id") ON DELETE CASCADE ON UPDATE CASCADE;
