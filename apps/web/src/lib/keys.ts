import { useEffect, useRef } from "react";

export type KeyGroup = "Anywhere" | "Go to" | "Inbox" | "Locks" | "Task";
export type KeySpec = { readonly keys: readonly string[]; readonly label: string; readonly group: KeyGroup };

/** Every key of the dashboard: the listener, the `?` sheet, the palette and the tests read this one table. */
export const KEYS = {
  palette: { keys: ["mod+k"], label: "Command palette", group: "Anywhere" },
  help: { keys: ["?"], label: "All keys", group: "Anywhere" },
  search: { keys: ["/"], label: "Search this page", group: "Anywhere" },
  create: { keys: ["n"], label: "New entry in this list", group: "Anywhere" },
  undo: { keys: ["z"], label: "Undo the last decision", group: "Anywhere" },
  close: { keys: ["escape"], label: "Close what is open", group: "Anywhere" },
  go_inbox: { keys: ["g i"], label: "Inbox", group: "Go to" },
  go_tasks: { keys: ["g t"], label: "Tasks", group: "Go to" },
  go_new: { keys: ["g n"], label: "New task", group: "Go to" },
  go_agents: { keys: ["g a"], label: "Agents", group: "Go to" },
  go_locks: { keys: ["g l"], label: "Locks", group: "Go to" },
  go_audit: { keys: ["g u"], label: "Audit", group: "Go to" },
  next: { keys: ["j", "arrowdown"], label: "Next row", group: "Inbox" },
  previous: { keys: ["k", "arrowup"], label: "Previous row", group: "Inbox" },
  select: { keys: ["x"], label: "Select row", group: "Inbox" },
  extend_next: { keys: ["shift+j"], label: "Extend selection down", group: "Inbox" },
  extend_previous: { keys: ["shift+k"], label: "Extend selection up", group: "Inbox" },
  open: { keys: ["enter"], label: "Open", group: "Inbox" },
  approve: { keys: ["a"], label: "Approve", group: "Inbox" },
  reject: { keys: ["r"], label: "Reject", group: "Inbox" },
  request_changes: { keys: ["c"], label: "Request changes", group: "Inbox" },
  show_changes: { keys: ["v"], label: "Show or fold the changes", group: "Inbox" },
  show_new: { keys: ["n"], label: "Show what has arrived", group: "Inbox" },
  toggle_picture: { keys: ["v"], label: "Picture or list", group: "Locks" },
  zoom_in: { keys: ["+", "="], label: "Larger", group: "Locks" },
  zoom_out: { keys: ["-"], label: "Smaller", group: "Locks" },
  zoom_fit: { keys: ["0"], label: "All in view", group: "Locks" },
  pan_left: { keys: ["arrowleft"], label: "Look to the left", group: "Locks" },
  pan_right: { keys: ["arrowright"], label: "Look to the right", group: "Locks" },
  pan_up: { keys: ["arrowup"], label: "Look up", group: "Locks" },
  pan_down: { keys: ["arrowdown"], label: "Look down", group: "Locks" },
  edit: { keys: ["e"], label: "Edit", group: "Task" },
  comment: { keys: ["m"], label: "Write a comment", group: "Task" },
} as const satisfies Record<string, KeySpec>;

export type KeyId = keyof typeof KEYS;
/** Returns false where it did not apply, and the next handler is asked. */
type KeyHandler = (event: KeyboardEvent) => unknown;
export type KeyHandlers = Partial<Record<KeyId, KeyHandler>>;

const SEQUENCE_MS = 900;
const SINGLE_KEYS_OFF = "ade.single_keys_off";
const specs = Object.entries(KEYS) as [KeyId, KeySpec][];
const layers: { current: KeyHandlers }[] = [];
let pending: { chord: string; atMs: number } | undefined;

export function singleKeysOff(): boolean {
  return localStorage.getItem(SINGLE_KEYS_OFF) === "1";
}
/** Switches keys without a modifier off or on for this browser. */
export function setSingleKeysOff(off: boolean): void {
  localStorage.setItem(SINGLE_KEYS_OFF, off ? "1" : "0");
}

/** A pressed key as the registry spells it: `mod+k`, `shift+j`, `?`. */
export function chordOf(event: KeyboardEvent): string {
  const key = event.key.toLowerCase();
  const isLetter = /^[a-z]$/.test(key);
  const shift = event.shiftKey && (isLetter || key.length > 1) ? "shift+" : "";
  return (event.metaKey || event.ctrlKey ? "mod+" : "") + (event.altKey ? "alt+" : "") + shift + key;
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.matches("input:not([type=checkbox]), textarea, select, [contenteditable=true]")
  );
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  const chord = chordOf(event);
  const target = event.target as HTMLElement | null;
  const isPlain = !chord.startsWith("mod+") && chord !== "escape";
  if (isPlain && (isTyping(target) || target?.closest("[role=dialog],[role=alertdialog],[role=menu]")))
    return;
  if (chord === "escape" && target?.closest("[role=dialog],[role=alertdialog],[role=menu]")) return;
  if (chord === "enter" && target?.closest("a,button,summary,[role=button]")) return;
  if (isPlain && /^(shift\+)?[a-z]$/.test(chord) && singleKeysOff()) return;
  const sequence =
    pending && event.timeStamp - pending.atMs < SEQUENCE_MS ? `${pending.chord} ${chord}` : chord;
  pending = undefined;
  if (isPlain && specs.some(([, spec]) => spec.keys.some((key) => key.startsWith(`${chord} `)))) {
    pending = { chord, atMs: event.timeStamp };
  }
  for (const [id] of specs.filter(([, spec]) => spec.keys.includes(sequence))) {
    for (const layer of layers) {
      const handler = layer.current[id];
      if (!handler || handler(event) === false) continue;
      event.preventDefault();
      return;
    }
  }
}

/** Answers the keys named while mounted; what was mounted last is asked first. */
export function useKeys(handlers: KeyHandlers): void {
  const layer = useRef(handlers);
  layer.current = handlers;
  useEffect(() => {
    if (layers.length === 0) addEventListener("keydown", onKeyDown);
    layers.unshift(layer);
    return () => {
      layers.splice(layers.indexOf(layer), 1);
      if (layers.length === 0) removeEventListener("keydown", onKeyDown);
    };
  }, []);
}

/** A key for people: `⌘ K` or `Ctrl K`, `↵`, `Shift J`. */
export function keyText(keys: string): string {
  const isMac = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.userAgent);
  const names: Record<string, string> = {
    mod: isMac ? "⌘" : "Ctrl",
    shift: "Shift",
    escape: "Esc",
    enter: "↵",
    arrowdown: "↓",
    arrowup: "↑",
    arrowleft: "←",
    arrowright: "→",
  };
  return keys
    .split(" ")
    .map((chord) =>
      chord
        .split(/(?<=.)\+/)
        .map((part) => names[part] ?? part.toUpperCase())
        .join(" "),
    )
    .join(" then ");
}
