// Loaded with --import: a clone in which Prisma's client was not generated yet.
import { registerHooks } from "node:module";

registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    if (!found.url.includes("/packages/core/src/generated/")) return found;
    throw new Error(`${context.parentURL} wants generated code: ${specifier}`);
  },
});
