/**
 * A partition's sentinel: under which epoch it grants, in which run of Redis that began, above which token, and until
 * when nothing new is granted (Redis TIME).
 */
export type Sentinel = {
  epoch: number;
  state: "open" | "closed";
  run_id: string;
  fence_floor: number;
  grace_us: number;
};

/** What PostgreSQL keeps, which must survive whatever Redis forgets. */
export type EpochRow = {
  epoch: number;
  fence_floor: number;
  max_ttl_seconds: number;
  /** What is left of the grace; 0 where there is none. */
  grace_ms: number;
};

export type Verdict =
  | { kind: "attach" }
  /** `lost`: grants may be missing, so the new epoch begins with a grace and a higher floor. */
  | { kind: "begin"; epoch: number; lost: boolean; fence_floor: number };

/** As the scripts read it (lua/lib/sentinel.lua). Pure. */
export function formatSentinel(sentinel: Sentinel): string {
  const { epoch, state, run_id, fence_floor, grace_us } = sentinel;
  return [epoch, state, run_id, fence_floor, grace_us].join(":");
}

/** The reverse; null for what formatSentinel did not write. Pure. */
export function parseSentinel(text: string | null): Sentinel | null {
  const match = /^(\d+):(open|closed):(\w+):(\d+):(\d+)$/.exec(text ?? "");
  if (!match) return null;
  const [, epoch, state, run_id, floor, grace] = match;
  return {
    epoch: Number(epoch),
    state: state as Sentinel["state"],
    run_id: run_id!,
    fence_floor: Number(floor),
    grace_us: Number(grace),
  };
}

/**
 * Whether this Redis still knows every grant. It does where all partitions agree on an epoch that PostgreSQL has not
 * moved beyond, and where either this very run of Redis granted under it, or it was closed (then nothing was granted
 * after the mark, and a copy that has the mark has everything before it). Redis and PostgreSQL both empty is the
 * first use of an installation: nothing can be lost. Pure.
 */
export function judge(facts: {
  row: EpochRow | null;
  /** What each partition remembers, and the run of the server that it lies on. */
  partitions: readonly { sentinel: Sentinel | null; run_id: string }[];
}): Verdict {
  const { row, partitions } = facts;
  const known = partitions.flatMap(({ sentinel, run_id }) =>
    sentinel ? [{ ...sentinel, server: run_id }] : [],
  );
  const newest = Math.max(row?.epoch ?? 0, ...known.map(({ epoch }) => epoch));
  const fence_floor = Math.max(row?.fence_floor ?? 0, ...known.map((sentinel) => sentinel.fence_floor));
  const begin = { kind: "begin", epoch: newest + 1, fence_floor } as const;
  const first = known[0];
  if (!first) return { ...begin, lost: row !== null };

  const isWhole = known.length === partitions.length;
  const isOneEpoch = known.every(({ epoch, grace_us }) => epoch === newest && grace_us === first.grace_us);
  const isKept = known.every(({ state, run_id, server }) => state === "closed" || run_id === server);
  if (!(isWhole && isOneEpoch && isKept)) return { ...begin, lost: true };

  const isOpen = known.every(({ state }) => state === "open");
  if (isOpen && row?.epoch === first.epoch) return { kind: "attach" };
  return { ...begin, lost: false };
}
