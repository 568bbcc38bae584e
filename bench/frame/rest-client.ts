import { Agent, type IncomingMessage, request } from "node:http";
import { createInterface } from "node:readline";

export type RestClient = {
  /** One POST; answers the body of 2xx. */
  post: <T>(key: string, path: string, body: unknown) => Promise<T>;
  /** Calls for every event of a channel, until the client is closed. Resolves when the stream is open. */
  listen: (
    key: string,
    channel: string,
    onEvent: (name: string, payload: Record<string, unknown>) => void,
  ) => Promise<void>;
  close: () => void;
};

/** The bare HTTP client of Node, with kept connections: a client is not what is measured. */
export function createRestClient(url: URL, connections: number): RestClient {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const streams: IncomingMessage[] = [];
  const open = (method: string, path: string, key: string, onResponse: (answer: IncomingMessage) => void) =>
    request(
      new URL(`/api/v1${path}`, url),
      { method, agent, headers: { authorization: `Bearer ${key}`, "content-type": "application/json" } },
      onResponse,
    );

  return {
    post: (key, path, body) =>
      new Promise((resolve, reject) => {
        const call = open("POST", path, key, (answer) => {
          const chunks: Buffer[] = [];
          answer.on("data", (chunk: Buffer) => chunks.push(chunk));
          answer.on("end", () => {
            const text = Buffer.concat(chunks).toString();
            if (answer.statusCode! < 300) resolve(JSON.parse(text));
            else reject(new Error(`POST ${path} answered ${answer.statusCode}: ${text}`));
          });
        });
        call.on("error", reject);
        call.end(JSON.stringify(body));
      }),
    listen: (key, channel, onEvent) =>
      new Promise((resolve, reject) => {
        const call = open("GET", `/events?channels=${channel}`, key, (answer) => {
          if (answer.statusCode !== 200)
            return reject(new Error(`The events answered ${answer.statusCode}.`));
          streams.push(answer);
          createInterface({ input: answer }).on("line", (line) => {
            if (!line.startsWith("data:")) return;
            const { event, payload } = JSON.parse(line.slice("data:".length));
            onEvent(event, payload);
          });
          resolve();
        });
        call.on("error", reject);
        call.end();
      }),
    close() {
      for (const stream of streams) stream.destroy();
      agent.destroy();
    },
  };
}
