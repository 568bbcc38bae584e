import type { Io } from "../cli.ts";
import { createStyle, type Style } from "./style.ts";

export type Output = {
  readonly json: boolean;
  readonly style: Style;
  /** An answer: with `--json` the API's own shape, else text for people. */
  show<T>(value: T, human: (value: T, style: Style) => string): void;
  /** One of many: with `--json` one line each. */
  line<T>(value: T, human: (value: T, style: Style) => string): void;
  /** What a person may want to know beside the answer; on standard error, and not with `--json`. */
  note(text: string): void;
};

/** Where answers go and in which form. */
export function createOutput(io: Io, { json }: { json: boolean }): Output {
  const style = createStyle(io.stdout, io.env);
  function write<T>(value: T, human: (value: T, style: Style) => string, indent: number): void {
    io.stdout.write(`${json ? JSON.stringify(value, null, indent) : human(value, style)}\n`);
  }
  return {
    json,
    style,
    show: (value, human) => write(value, human, 2),
    line: (value, human) => write(value, human, 0),
    note(text) {
      if (!json) io.stderr.write(`${text}\n`);
    },
  };
}
