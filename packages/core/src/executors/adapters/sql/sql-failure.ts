import pg from "pg";
import { ExecutorFailure } from "../../errors.ts";
import { placeIn, unitsAt } from "./sql-script.ts";

/** Where an error of the server stands. */
export type Blamed = {
  readonly name: string;
  readonly text: string;
  readonly script: string;
  readonly start: number;
};

/** A busy or absent server; the same attempt may go well later. */
const RETRYABLE = /^(08|40|53|57P0|55P03|55006)/;

/**
 * True for a failure that says nothing of the statements themselves: a server that was busy, a lock that somebody held,
 * a limit that ended what is slow today.
 */
export function isOfTheMoment(error: unknown): boolean {
  if (!(error instanceof ExecutorFailure)) return false;
  return error.retryable || (error.details as { code?: string } | undefined)?.code === "57014";
}

const OUTSIDE: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nobody listens there",
  ENOTFOUND: "the name of its host is not known",
  EAI_AGAIN: "the name of its host could not be asked for",
  ECONNRESET: "the connection was lost",
  EPIPE: "the connection was lost",
  ETIMEDOUT: "it does not answer",
  EHOSTUNREACH: "its host cannot be reached",
  ENETUNREACH: "its network cannot be reached",
};
const SIGN_IN: Readonly<Record<string, string>> = {
  "28P01": "it refuses the password",
  "28000": "it refuses the sign-in",
  "3D000": "the database does not exist",
  "42501": "the role may not connect",
  "53300": "it has no connection left",
  "57P03": "it is starting or stopping",
};

/** True where the server, or the way to it, is gone, and not a statement wrong. */
export function isLost(error: unknown): boolean {
  return !(error instanceof pg.DatabaseError) || /^(08|57P0)/.test(error.code ?? "");
}

/** Why a connection can't be had or is gone, without its address. */
export function connectionFailure(name: string, error: unknown): ExecutorFailure {
  const { code = "", message = "" } = error as { code?: string; message?: string };
  const known = OUTSIDE[code] ?? SIGN_IN[code];
  const timedOut = /timeout/i.test(message) ? "it does not answer" : undefined;
  const lost = /terminated|closed|ended/i.test(message) ? "the connection was lost" : undefined;
  const why = known ?? timedOut ?? lost ?? (code ? `it says ${code}` : "the connection was lost");
  return new ExecutorFailure(`The database of connection ${name} can't be used: ${why}.`, {
    retryable: !["28P01", "28000", "3D000", "42501"].includes(code),
    cause: error,
  });
}

/**
 * What the server says of a statement: its number and first words, the message and the place in the script. `mask`
 * takes secrets out.
 */
export function statementFailure(
  error: pg.DatabaseError,
  at: Blamed,
  mask: (text: string) => string,
  limits: { statementMs: number; lockMs: number },
): ExecutorFailure {
  const code = error.code ?? "";
  const position = Number(error.position);
  const where =
    position > 0 && at.text.length > 0
      ? `, ${placeIn(at.script, at.start + unitsAt(at.text, position))}`
      : "";
  const message =
    code === "57014"
      ? `took longer than ${Math.round(limits.statementMs / 1000)} s`
      : code === "55P03"
        ? `waited longer than ${Math.round(limits.lockMs / 1000)} s for a lock that somebody else holds`
        : `failed: ${error.message}`;
  const more = [error.detail, error.hint].filter(Boolean).map((text) => ` ${text!.replace(/\.?$/, ".")}`);
  const inside = error.where ? ` (in ${error.where.split("\n")[0]})` : "";
  return new ExecutorFailure(
    mask(`${capital(at.name)} ${message} (${code}${where}).${more.join("")}${inside}`),
    {
      retryable: RETRYABLE.test(code),
      details: { kind: "statement", code },
    },
  );
}

export const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
