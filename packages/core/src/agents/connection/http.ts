import { isIP } from "node:net";
import { connect } from "node:tls";
import {
  parseAllowList,
  type ReachRules,
  reach,
  reasonOf,
  resolveByDns,
  send,
  Unreachable,
} from "../../egress/service.ts";
import type { AgentConnection } from "../schema.ts";
import { CheckFailed, type CheckRun, type Checks } from "./check-run.ts";

export const HTTP_CHECKS: Checks = [
  { name: "resolved", title: "Its name is known" },
  { name: "allowed", title: "The address may be called" },
  { name: "tls", title: "Its certificate is trusted" },
  { name: "answers", title: "It answers" },
];

const LIMIT_MS = 10_000;
const ALLOW = "Name its host and port in ADE_HTTP_ALLOW, or use an address that is public and speaks https.";

type Http = Extract<AgentConnection, { kind: "http" }>;
type Reached = Awaited<ReturnType<typeof reach>>;

/** Calls the agent's endpoint once, by the same rules as everything that leaves here. */
export async function checkHttp(
  run: CheckRun,
  { url: written }: Http,
  options: { allow: string; resolve?: ReachRules["resolve"] },
  stopped: AbortSignal,
): Promise<void> {
  const url = new URL(written);
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const resolve = options.resolve ?? resolveByDns;
  const addresses = await run.step("resolved", async () => {
    const family = isIP(host);
    if (family) return { message: "It is an address already.", found: [{ address: host, family }] };
    const found = await resolve(host).catch(() => []);
    if (found.length === 0) {
      throw new CheckFailed(
        `Nobody knows the name ${host}.`,
        "Correct it, or see the name server of the workers.",
      );
    }
    return { message: `${found.length} address${found.length === 1 ? "" : "es"}`, found };
  });
  // What was resolved is what is checked and called: a name that changes its mind meanwhile gets nowhere.
  const rules: ReachRules = { allow: parseAllowList(options.allow), resolve: async () => addresses };
  const reached = await run.step("allowed", () =>
    reach(url, rules).then(
      (found) => ({ message: "By the rules for what leaves here.", found }),
      (error: unknown) => {
        throw error instanceof Unreachable ? new CheckFailed(error.message, ALLOW) : error;
      },
    ),
  );
  const signal = () => AbortSignal.any([stopped, AbortSignal.timeout(LIMIT_MS)]);
  if (url.protocol === "https:") {
    await run.step("tls", () => shakeHands(url, host, reached, signal()));
  } else run.skip("tls", "It is called by plain http, which ADE_HTTP_ALLOW permits.");
  await run.step("answers", () => call(url, reached, signal()));
}

function shakeHands(
  url: URL,
  host: string,
  { address }: Reached,
  signal: AbortSignal,
): Promise<{ message: string; found: undefined }> {
  return new Promise((resolve, reject) => {
    const socket = connect(
      {
        host: address,
        port: Number(url.port || 443),
        ...(isIP(host) ? {} : { servername: host }),
        ALPNProtocols: ["http/1.1"],
      },
      () => {
        const until = new Date(socket.getPeerCertificate().valid_to);
        socket.destroy();
        const day = Number.isNaN(until.getTime()) ? "" : `, valid until ${until.toISOString().slice(0, 10)}`;
        resolve({ message: `${socket.getProtocol() ?? "TLS"}${day}`, found: undefined });
      },
    );
    const fail = (error: unknown): void => {
      socket.destroy();
      reject(new CheckFailed(reasonOf(error), "See the server's certificate and who signed it."));
    };
    socket.once("error", fail);
    signal.addEventListener("abort", () => fail(signal.reason), { once: true });
  });
}

async function call(
  url: URL,
  reached: Reached,
  signal: AbortSignal,
): Promise<{ message: string; found: undefined }> {
  const answer = await send(url, reached, {
    ...{ method: "GET", headers: { accept: "*/*" }, body: null, signal, answerLimitBytes: 0 },
  }).catch((error: unknown) => {
    throw new CheckFailed(
      reasonOf(error),
      "See whether the agent runs, and whether something stands between.",
    );
  });
  if (answer.status >= 500) {
    throw new CheckFailed(`It answered ${answer.status}.`, "The agent is there and has trouble of its own.");
  }
  return { message: `It answered ${answer.status}.`, found: undefined };
}
