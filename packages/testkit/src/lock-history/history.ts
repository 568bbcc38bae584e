import type { LockMode } from "@ade/core/locks/schema";

/** All times are milliseconds of the machine's monotonic clock, the same in every process (`historyClock`). */
type At = { at_ms: number };
/** Names one call of one client, from its invocation to its end. */
type OfCall = At & { call: string };

export type Invocation = OfCall & { type: "invoke"; client: string; key: string } & (
    | {
        op: "acquire";
        mode: LockMode;
        /** 0-100; higher is served first. */
        priority: number;
        /** How long it waits at most; 0 tries once. */
        wait_ms: number;
        ttl_ms: number;
      }
    /** Of the grant with this token. */
    | { op: "heartbeat" | "release"; token: number }
  );

/**
 * What happened, as clients, the sink and whoever made faults saw it. A call without an end is one whose client died
 * or still waits.
 */
export type HistoryEvent =
  | Invocation
  /** An acquire was told that it has a place. */
  | (OfCall & { type: "queued" })
  /** Done. Of an acquire and a heartbeat: the token, and until when the holder trusts its lease. */
  | (OfCall & { type: "ok"; token?: number; trusted_until_ms?: number })
  /** Certainly not done. */
  | (OfCall & { type: "fail"; code: string })
  /** Done or not, or yet to be done. */
  | (OfCall & { type: "unknown" })
  /** A guarded write (or read, under a shared lock) reached the sink; in the order of the sink. */
  | (At & {
      type: "write";
      client: string;
      key: string;
      mode: LockMode;
      token: number;
      accepted: boolean;
    })
  /**
   * `loses`: Redis forgot everything, its queues too. `unheard`: a grant may have been told to nobody and have run out,
   * so that who waited had its turn and stands at the end again. `recovery_ms` where what it leaves lasts longer than most.
   */
  | (At & { type: "fault"; name: string; loses: boolean; unheard?: boolean; recovery_ms?: number })
  | (At & { type: "healed"; name: string });

export type History = readonly HistoryEvent[];

/** The clock of histories: CLOCK_MONOTONIC, which all processes of a machine share; `performance.now()` is each one's own. */
export const historyClock = {
  now: () => new Date(),
  monotonicMs: () => Number(process.hrtime.bigint()) / 1e6,
};

/** What one client did with one lock, from asking for it to the end. */
export type Acquire = {
  call: string;
  client: string;
  key: string;
  mode: LockMode;
  priority: number;
  wait_ms: number;
  ttl_ms: number;
  invoked_ms: number;
  /** When it knew that it has a place; null where it got none. */
  queued_ms: number | null;
  /** Infinity where it never ended. */
  ended_ms: number;
  outcome: "ok" | "fail" | "unknown" | "open";
  code: string | null;
  hold: Hold | null;
};

/** A grant as its holder knows it. */
export type Hold = {
  token: number;
  granted_ms: number;
  /** Until when its holder trusts it, unless it released or lost it before. */
  trusted_until_ms: number;
  /** The last heartbeat that was answered well. */
  renewed: { invoked_ms: number; ended_ms: number } | null;
  release: { invoked_ms: number; ended_ms: number; outcome: "ok" | "fail" | "unknown" | "open" } | null;
  /** When a heartbeat told that it is gone. */
  lost_ms: number;
};

export type Write = Extract<HistoryEvent, { type: "write" }>;
export type Fault = {
  name: string;
  loses: boolean;
  unheard?: boolean;
  at_ms: number;
  healed_ms: number;
  recovery_ms?: number;
};

/** A history by call, by key. */
export type Folded = {
  operations: number;
  keys: Map<string, { acquires: Acquire[]; writes: Write[] }>;
  faults: Fault[];
  ended_ms: number;
};

/** Puts invocations and ends together. Pure. @throws Error where an end has no invocation */
export function fold(history: History): Folded {
  const folded: Folded = { operations: 0, keys: new Map(), faults: [], ended_ms: 0 };
  const open = new Map<string, { invocation: Invocation; acquire: Acquire | null }>();
  const byToken = new Map<string, Acquire>();
  const keyOf = (key: string) => {
    const known = folded.keys.get(key) ?? { acquires: [], writes: [] };
    folded.keys.set(key, known);
    return known;
  };

  for (const event of history) {
    folded.ended_ms = Math.max(folded.ended_ms, event.at_ms);
    switch (event.type) {
      case "invoke": {
        folded.operations += 1;
        const acquire = event.op === "acquire" ? newAcquire(event) : null;
        if (acquire) keyOf(event.key).acquires.push(acquire);
        else if (event.op === "release") beginRelease(byToken, event);
        open.set(event.call, { invocation: event, acquire });
        break;
      }
      case "write":
        folded.operations += 1;
        keyOf(event.key).writes.push(event);
        break;
      case "fault":
        folded.faults.push({ ...event, healed_ms: Number.POSITIVE_INFINITY });
        break;
      case "healed": {
        const fault = folded.faults.findLast(({ name }) => name === event.name);
        if (fault) fault.healed_ms = event.at_ms;
        break;
      }
      default: {
        const call = open.get(event.call);
        if (!call) throw new Error(`${event.call} ended and was never invoked`);
        if (call.acquire) endAcquire(byToken, call.acquire, event);
        else endHeld(byToken, call.invocation, event);
        if (event.type !== "queued") open.delete(event.call);
      }
    }
  }
  return folded;
}

type End = Exclude<HistoryEvent, { type: "invoke" | "write" | "fault" | "healed" }>;
const holdName = (key: string, token: number): string => `${key}#${token}`;

function newAcquire(event: Extract<Invocation, { op: "acquire" }>): Acquire {
  const { call, client, key, mode, priority, wait_ms, ttl_ms, at_ms } = event;
  return {
    ...{ call, client, key, mode, priority, wait_ms, ttl_ms },
    invoked_ms: at_ms,
    queued_ms: null,
    ended_ms: Number.POSITIVE_INFINITY,
    outcome: "open",
    code: null,
    hold: null,
  };
}

function endAcquire(byToken: Map<string, Acquire>, acquire: Acquire, event: End): void {
  if (event.type === "queued") {
    acquire.queued_ms ??= event.at_ms;
    return;
  }
  acquire.ended_ms = event.at_ms;
  acquire.outcome = event.type;
  if (event.type === "fail") acquire.code = event.code;
  if (event.type !== "ok") return;
  const token = event.token ?? Number.NaN;
  acquire.hold = {
    token,
    granted_ms: event.at_ms,
    trusted_until_ms: event.trusted_until_ms ?? event.at_ms,
    renewed: null,
    release: null,
    lost_ms: Number.POSITIVE_INFINITY,
  };
  byToken.set(holdName(acquire.key, token), acquire);
}

const holdOf = (byToken: Map<string, Acquire>, call: Invocation): Hold | null =>
  call.op === "acquire" ? null : (byToken.get(holdName(call.key, call.token))?.hold ?? null);

function beginRelease(byToken: Map<string, Acquire>, call: Invocation): void {
  const hold = holdOf(byToken, call);
  if (!hold) return;
  hold.release = { invoked_ms: call.at_ms, ended_ms: Number.POSITIVE_INFINITY, outcome: "open" };
}

function endHeld(byToken: Map<string, Acquire>, call: Invocation, event: End): void {
  const hold = holdOf(byToken, call);
  if (!hold || event.type === "queued") return;
  if (call.op === "release" && hold.release) {
    hold.release.ended_ms = event.at_ms;
    hold.release.outcome = event.type;
  } else if (event.type === "ok") {
    hold.renewed = { invoked_ms: call.at_ms, ended_ms: event.at_ms };
    hold.trusted_until_ms = Math.max(hold.trusted_until_ms, event.trusted_until_ms ?? 0);
  } else if (event.type === "fail") {
    hold.lost_ms = Math.min(hold.lost_ms, event.at_ms);
  }
}
