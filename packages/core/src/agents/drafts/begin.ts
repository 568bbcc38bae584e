import { z } from "zod";
import { errors } from "../../kernel/errors.ts";
import type { AgentTemplate } from "../catalogue/schema.ts";
import { inputOf } from "../export.ts";
import { AGENT_FILE_FORMAT, type AgentEntry } from "../schema.ts";
import { type DraftData, draftData } from "./schema.ts";

const draftFile = z.strictObject({ format: z.literal(AGENT_FILE_FORMAT), agent: draftData });

/** A copy of an agent, under a name that is still to be chosen. */
export function draftOfAgent(agent: AgentEntry): DraftData {
  return draftData.parse({ ...inputOf(agent), name: `${agent.name.slice(0, 93)} (copy)` });
}

export function draftOfTemplate({ instructions, tools, parameters, description }: AgentTemplate): DraftData {
  return draftData.parse({
    description,
    instructions,
    ...(tools && { tools }),
    ...(parameters && { parameters }),
  });
}

/** What an exported file describes. VALIDATION_ERROR names what no such file holds; what is only missing is a draft's. */
export function draftOfFile(file: Record<string, unknown>): DraftData {
  const read = draftFile.safeParse(file);
  if (read.success) return read.data.agent;
  const details = read.error.issues.slice(0, 20).map((issue) => ({
    field: ["from", "file", ...issue.path].join("."),
    issue:
      issue.code === "unrecognized_keys" ? `has unknown fields: ${issue.keys.join(", ")}` : issue.message,
  }));
  throw errors.VALIDATION_ERROR({ message: "This file does not describe an agent.", details });
}
