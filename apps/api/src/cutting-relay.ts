import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export type CuttingRelay = {
  url: string;
  /** The next request whose first line begins so is passed on, and its answer is cut off. */
  cutAnswerTo(firstLine: string): void;
  /** Cuts every connection that is open. */
  cutAll(): void;
  /** How many answers were cut off. */
  cuts(): number;
  close(): Promise<void>;
};

/** Passes everything on to a port of this machine, but for the answers that a test lets get lost. */
export async function openCuttingRelay(port: number): Promise<CuttingRelay> {
  const sockets = new Set<Socket>();
  let wanted: string | null = null;
  let cuts = 0;
  const server = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    let isCut = false;
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.on("data", (chunk) => {
      if (wanted !== null && chunk.toString("latin1").startsWith(wanted)) {
        isCut = true;
        wanted = null;
      }
      far.write(chunk);
    });
    far.on("data", (chunk) => {
      if (!isCut) return near.write(chunk);
      cuts += 1;
      near.destroy();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cutAnswerTo(firstLine) {
      wanted = firstLine;
    },
    cutAll() {
      for (const socket of sockets) socket.destroy();
    },
    cuts: () => cuts,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
