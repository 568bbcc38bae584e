import type { Readable, Writable } from "node:stream";
import { type Client, createClient } from "@ade/client";
import type { Command } from "@commander-js/extra-typings";
import { readCredentials } from "./account/credentials.ts";
import { cliErrors } from "./errors.ts";
import { createOutput, type Output } from "./output/output.ts";

type Terminal = { isTTY?: boolean; columns?: number };

/** What the program is given of the world. Tests give their own. */
export type Io = {
  env: Readonly<Record<string, string | undefined>>;
  stdin: Readable & Terminal;
  stdout: Writable & Terminal;
  stderr: Writable & Terminal;
};

/** What was given before or after any command. */
export type GlobalOptions = {
  url?: string | undefined;
  apiKey?: string | undefined;
  json?: true | undefined;
  /** Seconds. */
  patience: number;
};

/** Adds one command, or a group of them, below `parent`. */
export type Definition = (parent: Command, cli: Cli) => void;

/** What commands are built on; `open` is for their actions, once the options are known. */
export type Cli = {
  readonly io: Io;
  options(): GlobalOptions;
  /** Who asks which server, and how answers are shown. */
  open(): Context;
  /** Ends the program with this code where no error does. */
  endWith(exitCode: number): void;
};

export type Context = {
  readonly io: Io;
  readonly out: Output;
  /** The server's address, without a slash at its end. */
  readonly url: string;
  /** @throws NOT_SIGNED_IN where there is no key for this address */
  readonly apiKey: string;
  /** Whether the key was given to this very program, or stored for programs as well as for people. */
  readonly answersUnattended: boolean;
  /** Made with the first use. @throws NOT_SIGNED_IN */
  readonly client: Client;
};

export const DEFAULT_URL = "http://localhost:3000";

/**
 * The address and key that count: the option, else the environment, else what `ade login` has stored. A stored key is
 * used for its own address only.
 */
export function createContext(io: Io, options: GlobalOptions): Context {
  const stored = readCredentials(io.env);
  const url = addressOf(options.url ?? io.env.ADE_URL ?? stored.current ?? DEFAULT_URL);
  const given = options.apiKey ?? io.env.ADE_API_KEY;
  let client: Client | undefined;
  return {
    io,
    url,
    out: createOutput(io, { json: options.json === true }),
    answersUnattended: given !== undefined || stored.profiles[url]?.answers_unattended === true,
    get apiKey() {
      const apiKey = given ?? stored.profiles[url]?.api_key;
      if (!apiKey) throw cliErrors.NOT_SIGNED_IN({ message: `There is no key for ${url}.` });
      return apiKey;
    },
    get client() {
      client ??= createClient({ url, apiKey: this.apiKey, patienceMs: options.patience * 1000 });
      return client;
    },
  };
}

/** An address as it is stored and compared. @throws BAD_ADDRESS */
export function addressOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !/^https?:$/.test(url.protocol)) throw cliErrors.BAD_ADDRESS({ details: { given: text } });
  return `${url.origin}${url.pathname}`.replace(/\/+$/, "");
}
