import { expect, test } from "vitest";
import { followEvents } from "./events.ts";
import { readSse, type SseMessage } from "./sse.ts";
import { createTransport } from "./transport.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

async function readAll(chunks: Uint8Array[]): Promise<SseMessage[]> {
  async function* source() {
    yield* chunks;
  }
  const seen: SseMessage[] = [];
  for await (const message of readSse(source())) seen.push(message);
  return seen;
}

test("a stream reads the same wherever it is cut, with any ends of lines", async () => {
  const text =
    'id: 9\nretry: 2000\n\n: alive\n\nid: 12\nevent: a:b\ndata: {"x":\ndata: "ü→"}\n\nevent: c\ndata: 1\n\n';
  const wanted = [
    { id: "9", event: "message", data: "" },
    { id: "12", event: "a:b", data: '{"x":\n"ü→"}' },
    { id: null, event: "c", data: "1" },
  ];
  for (const given of [text, text.replaceAll("\n", "\r\n")]) {
    const whole = bytes(given);
    expect(await readAll([whole])).toEqual(wanted);
    for (let at = 1; at < whole.length; at++) {
      expect(await readAll([whole.subarray(0, at), whole.subarray(at)])).toEqual(wanted);
    }
    expect(await readAll([...whole].map((byte) => Uint8Array.of(byte)))).toEqual(wanted);
  }
});

/** A server of streams: each answer once, and a note of what was asked for. */
function streams(...answers: (() => Response)[]) {
  const asked: string[] = [];
  const transport = createTransport({
    url: "http://ade.test",
    fetch: async (input) => {
      asked.push(String(input));
      const answer = answers[asked.length - 1];
      if (!answer) throw new Error("not expected");
      return answer();
    },
  });
  return { asked, transport };
}
const sse = (text: string) => () => new Response(text, { headers: { "content-type": "text/event-stream" } });
const event = (id: number) =>
  `id: ${id}\nevent: task:created\ndata: {"id":"${id}","event":"task:created"}\n\n`;

test("a cut stream is read on after the last id, also where nothing had come yet; a proxy is no end", async () => {
  const { asked, transport } = streams(
    sse("id: 39\n\n"),
    () => new Response("bad gateway", { status: 502 }),
    sse(event(40) + event(41)),
    sse(event(42)),
  );
  const ids: (string | null)[] = [];
  const opened: boolean[] = [];
  const options = { channels: ["tasks"], onOpen: (state: { again: boolean }) => opened.push(state.again) };
  for await (const { id } of followEvents(transport, options)) {
    ids.push(id);
    if (id === "42") break;
  }
  expect(ids).toEqual(["40", "41", "42"]);
  expect(asked.map((url) => new URL(url).searchParams.get("last_event_id"))).toEqual([
    null,
    "39",
    "39",
    "41",
  ]);
  expect(opened).toEqual([false, true, true]);
});

test("a refusal, before or while it is open, ends it with its code; the signal ends it quietly", async () => {
  const envelope = (code: string) => ({
    error: { code, message: "No.", next: "Ask.", request_id: "r", timestamp: "" },
  });
  const before = streams(() => Response.json(envelope("FORBIDDEN"), { status: 403 }));
  const read = async (transport: Parameters<typeof followEvents>[0], signal?: AbortSignal) => {
    for await (const _ of followEvents(transport, { channels: ["locks"], signal })) return "an event";
    return "the end";
  };
  await expect(read(before.transport)).rejects.toMatchObject({ code: "FORBIDDEN", status: 403 });
  const open = streams(sse(`event: error\ndata: ${JSON.stringify(envelope("UNAUTHENTICATED"))}\n\n`));
  await expect(read(open.transport)).rejects.toMatchObject({ code: "UNAUTHENTICATED", status: 401 });
  const abort = new AbortController();
  const endless = streams(
    () => new Response(new ReadableStream(), { headers: { "content-type": "text/event-stream" } }),
  );
  const reading = read(endless.transport, abort.signal);
  abort.abort();
  expect(await reading).toBe("the end");
});
