import { isUtf8 } from "node:buffer";
import type { Answer } from "../../../egress/service.ts";

/** Tells an answer: its status, and its body where that is text. */
export function sayAnswer({ status, headers, body, isWhole }: Answer, say: (text: string) => void): void {
  const type = headers["content-type"];
  say(`Answered ${status}${type ? `, ${type}` : ""}.\n`);
  if (body.length === 0) return;
  // A cut in the middle of a character makes no text binary.
  const isText = !body.includes(0) && (isUtf8(body) || (!isWhole && isUtf8(body.subarray(0, -3))));
  say(isText ? `${body.toString("utf8")}\n` : `(${body.length} bytes that are no text)\n`);
  if (!isWhole) say("The answer was longer; the rest was not read.\n");
}
