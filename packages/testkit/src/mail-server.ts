import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";

export type ReceivedMail = { from: string; to: string[]; source: string };

export type MailServer = {
  /** For ADE_SMTP_URL. */
  url: string;
  received: ReceivedMail[];
  /** The next mail is refused with this status (450: try again, 550: never). */
  refuseNext(status: number): void;
  stop(): Promise<void>;
};

/** A real SMTP server on this machine that keeps what it is sent. */
export async function startMailServer(): Promise<MailServer> {
  const received: ReceivedMail[] = [];
  let refusal: number | null = null;
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS", "AUTH"],
    onRcptTo(_address, _session, done) {
      const status = refusal;
      refusal = null;
      done(status === null ? null : Object.assign(new Error("Not now"), { responseCode: status }));
    },
    onData(stream, session, done) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        const { mailFrom, rcptTo } = session.envelope;
        received.push({
          from: mailFrom ? mailFrom.address : "",
          to: rcptTo.map(({ address }) => address),
          source: Buffer.concat(chunks).toString(),
        });
        done();
      });
    },
  });
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}?tls=off`,
    received,
    refuseNext(status) {
      refusal = status;
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
