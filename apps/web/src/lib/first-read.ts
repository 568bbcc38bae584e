import type { IncomingMessage } from "node:http";
import type { NextPageContext } from "next";
import type { Outputs } from "./api.ts";
import { FIRST_READS } from "./first-reads.ts";

/** What the inbox' first view shows, read by the server that renders it. */
export type FirstRead = {
  /** When it was read, epoch milliseconds: times tick from here, so that the browser begins with the same text. */
  at: number;
  me: Outputs["me"];
  preferences: Outputs["preferences"]["read"];
  inbox: Outputs["views"]["inbox"];
};

/** The page comes without its rows rather than late; the browser then reads them. */
const PATIENCE_MS = 1000;
const served = new WeakSet<IncomingMessage>();

/** Whether the answer to this request carries its first reads. */
export function isServed(request: IncomingMessage | undefined): boolean {
  return request !== undefined && served.has(request);
}

/**
 * Reads, as the person whose session the request carries, what `/approvals` begins with: its rows stand in the page
 * before any script has run. Null where the page is another, a phone's (cards are another layout), or the API does not
 * answer in time; whoever is signed out is told by the browser's own reads. Server only.
 */
export async function readFirst({ req, pathname, query }: NextPageContext): Promise<FirstRead | null> {
  const api = process.env.ADE_API_URL;
  const { cookie, "user-agent": agent = "" } = req?.headers ?? {};
  if (!api || !req || !cookie || pathname !== "/approvals" || Object.keys(query).length > 0) return null;
  if (/\bMobile\b/.test(agent)) return null;
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const read = async (path: string): Promise<unknown> => {
    const answer = await fetch(new URL(path, api), { headers: { cookie }, signal, redirect: "error" });
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
    return ((await answer.json()) as { result: { data: unknown } }).result.data;
  };
  try {
    const [me, inbox, preferences] = await Promise.all(FIRST_READS.approvals.map(read));
    served.add(req);
    return { at: Date.now(), me, inbox, preferences } as FirstRead;
  } catch {
    return null;
  }
}
