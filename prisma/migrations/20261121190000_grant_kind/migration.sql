-- AlterTable
ALTER TABLE "agent_grant" ADD COLUMN     "kind" TEXT;

-- What was allowed with an approval is allowed for calls of the kind that people saw.
UPDATE "agent_grant" AS g SET "kind" = coalesce(r."config"->'parameters'->>'kind', 'other')
  FROM "task" AS t JOIN "task_revision" AS r ON r."task_id" = t."id" AND r."revision" = t."revision"
  WHERE t."id" = g."task_id" AND t."type" = 'agent.tool_call';
