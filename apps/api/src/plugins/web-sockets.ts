import { errors } from "@ade/core/kernel/errors";
import websocket from "@fastify/websocket";
import type { FastifyInstance } from "fastify";
import { EVENTS_URL } from "./event-stream.ts";

/** A message of a client names channels; that is little. */
const MAX_MESSAGE_BYTES = 65_536;
/** A client that does not answer our goodbye is cut off, so that it cannot hold up a stop. */
const GOODBYE_MS = 1_000;
const GOING_AWAY = 1001;

/** Takes upgrades to WebSocket, through the same hooks as every request, and at the address of events only. */
export async function addWebSockets(app: FastifyInstance): Promise<void> {
  await app.register(websocket, {
    options: { maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false },
    errorHandler(error, socket, request) {
      request.log.debug({ err: error }, "a WebSocket failed");
      socket.terminate();
    },
    preClose(done) {
      const { clients } = this.websocketServer;
      for (const client of clients) client.close(GOING_AWAY, "the server stops");
      setTimeout(() => {
        for (const client of clients) client.terminate();
      }, GOODBYE_MS).unref();
      done();
    },
  });
  app.addHook("onRequest", async (request) => {
    if (request.ws && request.routeOptions.url !== EVENTS_URL) {
      throw errors.NOT_FOUND({ message: "There is no WebSocket at this address." });
    }
  });
}
