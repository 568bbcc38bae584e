import { createInterface } from "node:readline/promises";
import { type Readable, Writable } from "node:stream";
import type { Io } from "../cli.ts";

/** One line from the terminal; `suggested` where only Enter is pressed. Questions go to standard error. */
export async function ask(io: Io, question: string, suggested = ""): Promise<string> {
  const shown = suggested ? `${question} [${suggested}]: ` : `${question}: `;
  return (await readLine(io, shown, io.stderr)).trim() || suggested;
}

/** One line that is not shown while it is typed. */
export async function askHidden(io: Io, question: string): Promise<string> {
  io.stderr.write(`${question} (not shown): `);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const line = await readLine(io, "", nowhere);
  io.stderr.write("\n");
  return line.trim();
}

/** All of a stream as text. */
export async function readAll(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk as Buffer));
  return Buffer.concat(chunks).toString("utf8");
}

async function readLine(io: Io, question: string, output: Writable): Promise<string> {
  const reader = createInterface({ input: io.stdin, output, terminal: io.stdin.isTTY === true });
  try {
    // An end of input, and Ctrl-C, is no answer.
    return await Promise.race([
      reader.question(question),
      new Promise<string>((resolve) => reader.once("close", () => resolve(""))),
    ]);
  } finally {
    reader.close();
  }
}
