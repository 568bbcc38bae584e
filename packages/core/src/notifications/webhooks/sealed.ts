import type { WebhookFormat } from "../schema.ts";

/** What of a subscription is sealed at rest: an address can be a secret as well (Slack's is). */
export type Sealed = {
  readonly url: string;
  /** Signs messages; null for receivers that check none. */
  readonly secret: string | null;
  readonly credential: string | null;
};

/** A subscription as a delivery needs it. */
export type Opened = Sealed & {
  readonly name: string;
  readonly format: WebhookFormat;
  readonly active: boolean;
};

/** Seals and opens JSON; `context` (the row's id) has to be said again. */
export type Box = {
  seal(value: { [key: string]: string | null }, context: string): Uint8Array<ArrayBuffer>;
  open(sealed: Uint8Array, context: string): unknown;
};
