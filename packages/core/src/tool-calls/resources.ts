/** A resource as a task names it; structurally core's ResourceRef. */
export type CallResource = {
  type: "storage" | "service" | "network";
  id: string;
  namespace: string;
  scope: "namespace" | "global";
  actions: ("read" | "write" | "delete" | "execute")[];
};

/** What of a call says what it touches. */
export type TouchingCall = {
  tool: string;
  kind?: string | undefined;
  arguments?: Record<string, unknown> | undefined;
  locations?: readonly { path: string }[] | undefined;
  diffs?: readonly { path: string; old_text?: string | null | undefined }[] | undefined;
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
/** Arguments by which tools commonly name a file, and where they say where they call. */
const PATH_ARGUMENTS =
  /^(path|file|file_?path|abs(olute)?_?path|target_?file|notebook_?path|relative_?path|old_?path|new_?path|source|destination)$/i;
const URL_ARGUMENTS = /^(url|uri|endpoint)$/i;
const MAX_FILES = 60;
const MAX_ID = 200;

/**
 * The resources that a call of an agent's tool touches: pure, portable, and always canonical, whatever the paths are.
 *
 *     service:tools/<tool>                    the tool itself, so that policies can name it
 *     storage:<workspace>/<path>              a file inside the workspace, by its path below the root
 *     storage:outside.<workspace>/<path>      one outside of it, with global scope: riskier
 *     network:default/<host>                  where a fetch goes
 *
 * Files come from locations, diffs and well-known arguments, so that an agent that leaves out its locations hides
 * nothing. What no canonical name may hold is replaced by a short hash, segment by segment: patterns over folders hold.
 */
export function resourcesOfCall(call: TouchingCall): CallResource[] {
  const kind = call.kind ?? "other";
  const isReading = READING.has(kind);
  const found = new Map<string, CallResource>();
  const add = (resource: CallResource): void => {
    found.set(`${resource.type}:${resource.namespace}/${resource.id}`, resource);
  };
  add({
    type: "service",
    namespace: "tools",
    id: canonicalId(call.tool),
    scope: "namespace",
    actions: [isReading ? "read" : "execute"],
  });
  const workspace = canonicalNamespace(call.workspace?.name ?? "workspace");
  for (const path of pathsOfCall(call).slice(0, MAX_FILES)) {
    const inside = pathInside(path, call.workspace?.root);
    add({
      type: "storage",
      namespace: inside === null ? canonicalNamespace(`outside.${workspace}`) : workspace,
      id: canonicalId(inside ?? path),
      scope: inside === null ? "global" : "namespace",
      actions: FILE_ACTIONS[kind] ?? ["read"],
    });
  }
  for (const host of hostsOf(call.arguments ?? {})) {
    const action: Action = isReading ? "read" : "execute";
    add({
      type: "network",
      namespace: "default",
      id: canonicalId(host),
      scope: "namespace",
      actions: [action],
    });
  }
  return [...found.values()];
}

/** The files that a call names, each once, in the order of locations, diffs, arguments. */
export function pathsOfCall(call: TouchingCall): string[] {
  const named = Object.entries(call.arguments ?? {}).flatMap(([name, value]) =>
    PATH_ARGUMENTS.test(name) && typeof value === "string" && value.trim() !== "" && !value.includes("://")
      ? [value]
      : [],
  );
  const paths = [
    ...(call.locations ?? []).map(({ path }) => path),
    ...(call.diffs ?? []).map(({ path }) => path),
    ...named,
  ];
  return [...new Set(paths)];
}

function hostsOf(given: Record<string, unknown>): string[] {
  return Object.entries(given).flatMap(([name, value]) => {
    if (!URL_ARGUMENTS.test(name) || typeof value !== "string") return [];
    const host = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/@]*@)?([^/?#]+)/i.exec(value)?.[1];
    return host ? [host] : [];
  });
}

/** The path below the root, in plain segments; null where it lies outside. */
function pathInside(path: string, root: string | undefined): string | null {
  const wanted = segmentsOf(path);
  const isAbsolute = /^([A-Za-z]:)?[\\/]/.test(path);
  if (!isAbsolute) return wanted[0] === ".." ? null : wanted.join("/") || ".root";
  if (root === undefined) return null;
  const base = segmentsOf(root);
  const lies = base.every((segment, index) => segment === wanted[index]);
  return lies ? wanted.slice(base.length).join("/") || ".root" : null;
}

/** Without `.`, empty segments and what `..` takes back; leading `..` stay. */
function segmentsOf(path: string): string[] {
  const segments: string[] = [];
  for (const segment of path.replaceAll("\\", "/").split("/")) {
    if (segment === "" || segment === ".") continue;
    if (segment === ".." && segments.length > 0 && segments.at(-1) !== "..") segments.pop();
    else segments.push(segment);
  }
  return segments;
}

/** A text as an id that resources/name.ts takes as it is. */
function canonicalId(text: string): string {
  const segments = segmentsOf(text)
    .map(canonicalSegment)
    .filter((segment) => segment !== "");
  const id = segments.join("/") || `~${shortHash(text)}`;
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
  if (folded === "." || folded === "..") return `~${shortHash(segment)}`;
  return /^[a-z0-9._@+~=,#$&()[\]{}!^-]+( [a-z0-9._@+~=,#$&()[\]{}!^-]+)*$/.test(folded)
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
