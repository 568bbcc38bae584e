/** One message of a stream: `id` is null where it has none, `data` empty where it only moves the id. */
export type SseMessage = { id: string | null; event: string; data: string };

/**
 * Reads `text/event-stream` from chunks as they come, also where they cut a line or a character in two. What has
 * neither data nor id (a comment, `retry`) is no message; `heard` is called for every chunk.
 */
export async function* readSse(
  chunks: AsyncIterable<Uint8Array>,
  heard: () => void = () => undefined,
): AsyncGenerator<SseMessage> {
  const decoder = new TextDecoder();
  let rest = "";
  let fields = new Map<string, string>();
  for await (const chunk of chunks) {
    heard();
    const lines = (rest + decoder.decode(chunk, { stream: true })).split(/\r\n|\n|\r(?=.)/);
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (line !== "") {
        read(fields, line);
        continue;
      }
      const message = messageOf(fields);
      fields = new Map();
      if (message) yield message;
    }
  }
}

function read(fields: Map<string, string>, line: string): void {
  const [, name = "", value = ""] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
  if (name === "") return;
  const before = fields.get(name);
  fields.set(name, name === "data" && before !== undefined ? `${before}\n${value}` : value);
}

function messageOf(fields: ReadonlyMap<string, string>): SseMessage | null {
  const id = fields.get("id") ?? null;
  const data = fields.get("data") ?? "";
  return id === null && data === "" ? null : { id, event: fields.get("event") ?? "message", data };
}
