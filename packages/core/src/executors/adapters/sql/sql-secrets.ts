import { ExecutorFailure } from "../../errors.ts";
import { createMasker } from "../../mask.ts";
import type { PlanContext } from "../../port.ts";
import type { Statement } from "./sql-script.ts";

const REFERENCE = /secret:\/\/[a-z][a-z0-9_-]{0,62}(?:@[1-9]\d{0,8})?/g;

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
  return {
    text({ text, start, tokens }) {
      if (!text.includes("secret://")) return text;
      let whole = "";
      let at = start;
      for (const token of tokens) {
        if (token.kind !== "plain" || !token.text.includes("secret://")) continue;
        whole += text.slice(at - start, token.start - start);
        whole += token.text.replace(REFERENCE, (reference) => {
          const value = context.reveal(reference);
          if (value.includes("\0"))
            throw new ExecutorFailure(`The value of ${reference} holds a NUL character.`);
          if (value !== reference) values.add(value);
          return value.replaceAll("'", "''");
        });
        at = token.end;
      }
      return whole + text.slice(at - start);
    },
    mask: (text) => createMasker([...values]).mask(text),
  };
}
