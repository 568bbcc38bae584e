import { ExecutorFailure } from "../../errors.ts";
import { createMasker, type Masker } from "../../mask.ts";
import type { PlanContext } from "../../port.ts";
import { replaceReferences, spell } from "../../secret-reference.ts";
import type { Statement } from "./sql-script.ts";

export type Revealed = {
  /** The statement as it is sent. */
  text(statement: Pick<Statement, "text" | "start" | "tokens">): string;
  /** Text of the server's without what was revealed, and without the connection's password. */
  mask(text: string): string;
};

/**
 * Puts the values behind references into statements. They stand between plain single quotes only (sql-refusals.ts), so
 * a doubled quote is all that keeps a value a value: none can become SQL.
 */
export function createRevealed(context: PlanContext, url: string): Revealed {
  const { username, password } = new URL(url);
  const values = new Set(
    [password, decodeURIComponent(password)].filter((text) => text && text !== username),
  );
  let masker: Masker | null = null;
  return {
    text({ text, start, tokens }) {
      let whole = "";
      let at = start;
      for (const token of tokens) {
        if (token.kind !== "plain") continue;
        whole += text.slice(at - start, token.start - start);
        whole += replaceReferences(token.text, (reference) => {
          const written = spell(reference);
          const value = context.reveal(written);
          if (value.includes("\0"))
            throw new ExecutorFailure(`The value of ${written} holds a NUL character.`);
          if (value !== written && !values.has(value)) {
            values.add(value);
            masker = null;
          }
          return value.replaceAll("'", "''");
        });
        at = token.end;
      }
      return whole + text.slice(at - start);
    },
    mask(text) {
      masker ??= createMasker([...values]);
      return masker.mask(text);
    },
  };
}
