import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createDatabase, openPool } from "@ade/testkit/database";
import { taskConfigOf } from "../../contract.ts";
import { createReceipts } from "./http-receipts.ts";

export type Seen = {
  method: string;
  url: string;
  headers: IncomingMessage["headers"];
  /** Names and values as they came, one after the other. */
  raw: readonly string[];
  body: string;
};
export type Handler = (seen: Seen, response: ServerResponse) => void;

/** A service with items that are PUT, POSTed and DELETEd; `next` answers the coming requests in its place. */
export async function createService() {
  const items = new Map<string, string>();
  const requests: Seen[] = [];
  const next: Handler[] = [];
  const keep: Handler = ({ method, url, body }, response) => {
    if (method === "GET") return void response.end(items.get(url) ?? "");
    if (method === "DELETE") {
      response.statusCode = items.delete(url) ? 200 : 404;
      return void response.end();
    }
    items.set(url, body);
    response.setHeader("content-type", "application/json");
    response.end('{"ok":true}');
  };
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const { method = "", url = "", headers, rawHeaders } = request;
    const seen = { method, url, headers, raw: rawHeaders, body };
    requests.push(seen);
    (next.shift() ?? keep)(seen, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const place = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    items,
    requests,
    next,
    keep,
    place,
    url: `http://${place}`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** Receipts in a PostgreSQL database of their own. */
export async function createReceiptStore() {
  const database = await createDatabase();
  const pool = openPool({ connectionString: database.url, max: 2 });
  return {
    receipts: createReceipts(pool),
    /** Makes these as old as what is forgotten. */
    age: (...keys: string[]) =>
      pool.query(
        "UPDATE http_receipt SET updated_at = now() - interval '31 days' WHERE idempotency_key = ANY($1)",
        [keys],
      ),
    clear: () => pool.query("TRUNCATE http_receipt"),
    async close() {
      await pool.end();
      await database.drop();
    },
  };
}

export const http = (parameters: Record<string, unknown>, over: Record<string, unknown> = {}) =>
  taskConfigOf({ type: "service.http", parameters, ...over });
