import { collapsed, hostsOfCall, type PlacedCall, pathsOfCall, placeOf } from "./places.ts";
import { shownWhereMasked } from "./secret-text.ts";

/** A resource as a task names it; structurally core's ResourceRef. */
export type CallResource = {
  type: "storage" | "service" | "network";
  id: string;
  namespace: string;
  scope: "namespace" | "global";
  actions: ("read" | "write" | "delete" | "execute")[];
};

/** What of a call says what it touches. */
export type TouchingCall = PlacedCall & {
  tool: string;
  kind?: string | undefined;
  workspace?: { name: string; root: string } | undefined;
};

type Action = CallResource["actions"][number];

/** What a call of this kind does to the files that it names. */
const FILE_ACTIONS: Record<string, Action[]> = {
  edit: ["write"],
  delete: ["delete"],
  move: ["write", "delete"],
  execute: ["execute"],
  other: ["execute"],
};
/** Kinds that change nothing outside of the agent. */
const READING = new Set(["read", "search", "think", "fetch", "switch_mode"]);
const MAX_ID = 200;

/** A path that a call names, and the resource that it is. */
export type CallFile = {
  path: string;
  /** Where it leads; two paths of one place are one file, and two places of one resource are two. */
  place: string;
  resource: CallResource;
};

/**
 * The resources that a call of an agent's tool touches: pure, portable, and always canonical, whatever the paths are.
 *
 *     service:tools/<tool>                    the tool itself, so that policies can name it
 *     storage:<workspace>/<path>              a file inside the workspace, by its path below the root
 *     storage:outside.<workspace>/<path>      one outside of it, with global scope: riskier
 *     network:default/<host>                  where a fetch goes
 *
 * Files come from locations, diffs and well-known arguments, all of them, so that an agent that leaves out its locations
 * or gives too many hides nothing. What no canonical name may hold is replaced by a short hash, segment by segment:
 * patterns over folders hold. A path of which something is masked is outside, whatever it looks like: nobody sees where
 * it leads, so nothing that holds for the workspace lets it pass.
 */
export function resourcesOfCall(call: TouchingCall): CallResource[] {
  const action: Action = READING.has(call.kind ?? "other") ? "read" : "execute";
  const tool: CallResource = {
    type: "service",
    namespace: "tools",
    id: canonicalId(call.tool),
    scope: "namespace",
    actions: [action],
  };
  const hosts = hostsOfCall(call).map(
    (host): CallResource => ({
      type: "network",
      namespace: "default",
      id: canonicalId(host),
      scope: "namespace",
      actions: [action],
    }),
  );
  const found = new Map<string, CallResource>();
  for (const resource of [tool, ...filesOfCall(call).map((file) => file.resource), ...hosts]) {
    const key = keyOf(resource);
    const actions = new Set([...(found.get(key)?.actions ?? []), ...resource.actions]);
    found.set(key, { ...resource, actions: [...actions] });
  }
  return [...found.values()];
}

/** The files that a call names, by each path once: all of them, in the order of locations, diffs, arguments. */
export function filesOfCall(call: TouchingCall): CallFile[] {
  const workspace = canonicalNamespace(call.workspace?.name ?? "workspace");
  const outside = canonicalNamespace(`outside.${workspace}`);
  const changed = new Set((call.diffs ?? []).map(({ path }) => path));
  const ofKind = FILE_ACTIONS[call.kind ?? "other"] ?? ["read"];
  return pathsOfCall(call).map((path) => {
    const shown = shownWhereMasked(path);
    const { isInside, segments } =
      shown === null ? placeOf(path, call.workspace?.root) : { isInside: false, segments: [shown] };
    // Whatever its kind says: a call that brings a change of the file along writes it.
    const isWritten = changed.has(path) && !ofKind.includes("write");
    return {
      path,
      place: [isInside ? "in" : "out", ...segments].join("/"),
      resource: {
        type: "storage",
        namespace: isInside ? workspace : outside,
        id: idOf(isInside && segments.length === 0 ? [".root"] : segments),
        scope: isInside ? "namespace" : "global",
        actions: isWritten ? [...ofKind, "write"] : [...ofKind],
      },
    };
  });
}

/** What tells one resource of a call from another. */
export const keyOf = ({
  type,
  namespace,
  id,
}: {
  type: string;
  namespace?: string | undefined;
  id: string;
}) => `${type}:${namespace}/${id}`;

/** A text as an id that resources/name.ts takes as it is. */
const canonicalId = (text: string): string => idOf(collapsed(text.split(/[\\/]/), "stays"));

function idOf(given: readonly string[]): string {
  const segments = given.map(canonicalSegment).filter((segment) => segment !== "");
  const id = segments.join("/") || `~${shortHash(given.join("/"))}`;
  if (id.length <= MAX_ID) return id;
  let kept = "";
  for (const segment of segments) {
    const longer = kept ? `${kept}/${segment}` : segment;
    if (longer.length > MAX_ID - 12) break;
    kept = longer;
  }
  return `${kept ? `${kept}/` : ""}~${shortHash(id)}`;
}

const canonicalNamespace = (text: string): string =>
  canonicalSegment(text.replaceAll(/[/:\\]/g, "-")).slice(0, 100) || "workspace";

/** Plain characters stay; anything that could be spelled in a second way becomes a hash of the whole segment. */
function canonicalSegment(segment: string): string {
  const folded = segment.normalize("NFC").toLowerCase();
  // A name that looks like a hash is hashed as well: no file can be named so that it counts as another.
  if (folded === "." || folded === ".." || /^~[0-9a-z]{11}$/.test(folded)) return `~${shortHash(folded)}`;
  return /^[a-z0-9._:@+~=,#$&()[\]{}!^-]+( [a-z0-9._:@+~=,#$&()[\]{}!^-]+)*$/.test(folded)
    ? folded
    : `~${shortHash(folded)}`;
}

/** FNV-1a, 64 bit, as 11 characters: names apart, no secret. */
function shortHash(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const unit of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(unit)) * 0x100000001b3n);
  }
  return hash.toString(36).padStart(11, "0").slice(-11);
}
