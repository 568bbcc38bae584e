import { describe, expect, test } from "vitest";
import { EMPTY_STREAM, findAll, takeEvent, takeStored } from "./output-stream.ts";

const stored = (text: string, next: number) => ({
  attempt_id: "a",
  revision: 1,
  number: 1,
  ended: false,
  text,
  next,
  left_out_bytes: 0,
  progress: null,
});

describe("a stream that is followed", () => {
  const one = takeStored(EMPTY_STREAM, stored("one ", 4));

  test("takes the event that begins where it ends, and no event twice", () => {
    const event = { position: 4, output: "two", next: 7, message: "Going on", percent: 40 };
    const { stream, behind } = takeEvent(one, event);
    expect([stream.text, stream.next, behind]).toEqual(["one two", 7, false]);
    expect(stream.progress).toEqual({ message: "Going on", percent: 40 });
    expect(takeEvent(stream, event)).toEqual({ stream, behind: false });
  });

  test("is behind where an event begins later, or only announces", () => {
    expect(takeEvent(one, { position: 9, output: "x", next: 10 })).toEqual({ stream: one, behind: true });
    expect(takeEvent(one, { next: 90_000 })).toEqual({ stream: one, behind: true });
    expect(takeEvent(one, { message: "Waiting" }).behind).toBe(false);
  });

  test("counts in bytes, as the server does", () => {
    const { stream } = takeEvent(EMPTY_STREAM, { position: 0, output: "ä", next: 2 });
    expect(takeEvent(stream, { position: 2, output: "b", next: 3 }).stream.text).toBe("äb");
  });
});

describe("a search", () => {
  test("finds every place, whatever the case, and no more than asked for", () => {
    expect(findAll("Error: no error, ERROR", "error", 10)).toEqual([0, 10, 17]);
    expect(findAll("aaaa", "aa", 10)).toEqual([0, 2]);
    expect(findAll("aaaa", "a", 2)).toEqual([0, 1]);
    expect(findAll("text", "", 10)).toEqual([]);
    expect(findAll("İİ error", "error", 10)).toEqual([3]);
  });
});
