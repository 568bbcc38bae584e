import { join } from "node:path";
import { mergeConfig } from "vitest/config";
import base from "../../vitest.config.ts";
import { MUTANTS } from "./mutants.ts";

const CORE = join(import.meta.dirname, "../../packages/core/src");
// biome-ignore lint/suspicious/noUndeclaredEnvVars: set by approvals.ts, and nothing that turbo runs
const mutant = MUTANTS.find(({ name }) => name === process.env.ADE_MUTANT);

/** The tests of the house with one mistake in one module, made as it is read: no file is changed. */
export default mergeConfig(base, {
  root: join(import.meta.dirname, "../.."),
  // A module kept from one mutant would be read as another's.
  test: { fsModuleCache: false },
  plugins: [
    {
      name: "mutant",
      enforce: "pre",
      transform(code: string, id: string) {
        if (!mutant || id !== join(CORE, mutant.file)) return null;
        const parts = code.split(mutant.from);
        if (parts.length !== 2)
          throw new Error(`The text of "${mutant.name}" stands ${parts.length - 1} times.`);
        return parts.join(mutant.to);
      },
    },
  ],
});
