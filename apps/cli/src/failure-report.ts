import { isCoded } from "@ade/client";
import type { Io } from "./cli.ts";
import { plainLine, plainText } from "./output/plain.ts";
import { createStyle } from "./output/style.ts";

type Field = { field: string; issue: string };

/** Tells on standard error what went wrong and what to do: in words, or with `--json` as the API's envelope. */
export function reportFailure(error: unknown, io: Io, { json }: { json: boolean }): void {
  if (json) {
    io.stderr.write(`${JSON.stringify({ error: envelopeOf(error) })}\n`);
    return;
  }
  const style = createStyle(io.stderr, io.env);
  const { code, message, next, details, request_id } = envelopeOf(error);
  const lines = [`${style.red(style.bold(code))} ${plainText(message)}`];
  for (const { field, issue } of fieldsOf(details)) {
    lines.push(`  ${style.bold(plainLine(field))} ${plainLine(issue)}`);
  }
  if (next) lines.push(`${style.dim("Next:")} ${plainLine(next)}`);
  if (request_id) lines.push(style.dim(`Request ${request_id}`));
  io.stderr.write(`${lines.join("\n")}\n`);
}

function envelopeOf(error: unknown) {
  if (!isCoded(error)) {
    const message = error instanceof Error ? error.message : String(error);
    return { code: "UNEXPECTED", message, next: "This is a fault of the program; please report it." };
  }
  const { code, message, next, details } = error;
  const request_id = "requestId" in error ? (error.requestId as string | undefined) : undefined;
  return {
    ...{ code, message, next },
    ...(details === undefined ? {} : { details }),
    ...(request_id === undefined ? {} : { request_id }),
  };
}

/** The fields of a VALIDATION_ERROR. */
function fieldsOf(details: unknown): Field[] {
  if (!Array.isArray(details)) return [];
  return details.filter(
    (each): each is Field => typeof each?.field === "string" && typeof each.issue === "string",
  );
}
