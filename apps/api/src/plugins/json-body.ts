import { errors } from "@ade/core/kernel/errors";
import type { FastifyInstance } from "fastify";

/** Deeper JSON is nobody's honest request, and would overflow whatever walks it recursively. */
const MAX_DEPTH = 100;

/** JSON bodies: none is `undefined`; refused are __proto__, depth beyond 100, and numbers beyond what JSON can say back. */
export function addJsonBody(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser("error", "error");
  app.removeContentTypeParser(["application/json", "text/plain"]);
  app.addContentTypeParser("application/json", { parseAs: "string" }, (request, body, done) => {
    if (body.length === 0) return done(null, undefined);
    parse(request, body as string, (error, value) => {
      if (error) return done(error);
      const issue = issueOf(value);
      done(issue ? errors.VALIDATION_ERROR({ details: [{ field: "(body)", issue }] }) : null, value);
    });
  });
}

/** Walks without recursion: the depth is what is being checked. */
function issueOf(root: unknown): string | null {
  const open: { value: unknown; depth: number }[] = [{ value: root, depth: 1 }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { value, depth } = next;
    if (typeof value === "number" && !Number.isFinite(value)) return "holds a number that is too large";
    if (typeof value !== "object" || value === null) continue;
    if (depth > MAX_DEPTH) return `is nested deeper than ${MAX_DEPTH} levels`;
    for (const member of Object.values(value)) {
      if (typeof member === "object" || typeof member === "number")
        open.push({ value: member, depth: depth + 1 });
    }
  }
  return null;
}
