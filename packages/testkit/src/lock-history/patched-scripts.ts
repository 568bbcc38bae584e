import { createHash } from "node:crypto";

type Script = { body: string; sha: string };

/**
 * Copies of scripts for negative controls, as `patch` makes their text at the moment of use. For `vi.mock` of
 * scripts.generated.ts: the product has no switch for it.
 */
export function patchedScripts<T extends Record<string, Script>>(
  scripts: T,
  patch: (body: string) => string,
): T {
  const copies = Object.entries(scripts).map(([name, { body, sha: _sha, ...script }]) => {
    const copy = {
      ...script,
      get body() {
        return patch(body);
      },
      get sha() {
        return createHash("sha1").update(patch(body)).digest("hex");
      },
    };
    return [name, copy];
  });
  return Object.fromEntries(copies) as T;
}
