import { useEffect, useRef, useSyncExternalStore } from "react";

export type KeyGroup = "Anywhere" | "Go to" | "Inbox" | "Locks" | "Task";
export type KeySpec = { readonly keys: readonly string[]; readonly label: string; readonly group: KeyGroup };

/** Every command with its keys: the listener, the `?` sheet, the palette, the account page and the tests read this. */
export const KEYS = {
  palette: { keys: ["mod+k"], label: "Command palette", group: "Anywhere" },
  help: { keys: ["?"], label: "All keys", group: "Anywhere" },
  search: { keys: ["/"], label: "Search this page", group: "Anywhere" },
  create: { keys: ["n"], label: "New entry in this list", group: "Anywhere" },
  undo: { keys: ["z"], label: "Undo the last decision", group: "Anywhere" },
  submit: { keys: ["mod+enter"], label: "Send the form that is open", group: "Anywhere" },
  close: { keys: ["escape"], label: "Close what is open", group: "Anywhere" },
  go_inbox: { keys: ["g i"], label: "Inbox", group: "Go to" },
  go_tasks: { keys: ["g t"], label: "Tasks", group: "Go to" },
  go_new: { keys: ["g n"], label: "New task", group: "Go to" },
  go_agents: { keys: ["g a"], label: "Agents", group: "Go to" },
  go_locks: { keys: ["g l"], label: "Locks", group: "Go to" },
  go_audit: { keys: ["g u"], label: "Audit", group: "Go to" },
  filter: { keys: ["f"], label: "Filter this page", group: "Anywhere" },
  next: { keys: ["j", "arrowdown"], label: "Next row", group: "Inbox" },
  previous: { keys: ["k", "arrowup"], label: "Previous row", group: "Inbox" },
  select: { keys: ["x"], label: "Select row", group: "Inbox" },
  extend_next: { keys: ["shift+j"], label: "Extend selection down", group: "Inbox" },
  extend_previous: { keys: ["shift+k"], label: "Extend selection up", group: "Inbox" },
  open: { keys: ["enter"], label: "Open", group: "Inbox" },
  approve: { keys: ["a"], label: "Approve", group: "Inbox" },
  reject: { keys: ["r"], label: "Reject", group: "Inbox" },
  request_changes: { keys: ["c"], label: "Request changes", group: "Inbox" },
  delegate: { keys: ["d"], label: "Delegate to somebody else", group: "Inbox" },
  snooze: { keys: ["s"], label: "Snooze", group: "Inbox" },
  next_section: { keys: ["]"], label: "Next section", group: "Inbox" },
  previous_section: { keys: ["["], label: "Previous section", group: "Inbox" },
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
type KeyHandler = () => unknown;
export type KeyHandlers = Partial<Record<KeyId, KeyHandler>>;
/** What a person set: keys of their own by command, and whether keys without a modifier are on. */
export type KeyChoice = { readonly keys: Readonly<Record<string, string>>; readonly single_keys: boolean };

const SEQUENCE_MS = 900;
const STORED = "ade.keys";
export const KEY_IDS = Object.keys(KEYS) as KeyId[];
const layers: { current: KeyHandlers }[] = [];
let pending: { chord: string; atMs: number } | undefined;

const AS_MADE: KeyChoice = { keys: {}, single_keys: true };
let choice: KeyChoice | undefined;
const listeners = new Set<() => void>();

/** What holds now; from the last visit until the preferences are read. */
function chosen(): KeyChoice {
  if (!choice) {
    try {
      choice = { ...AS_MADE, ...JSON.parse(localStorage.getItem(STORED) ?? "{}") } as KeyChoice;
    } catch {
      choice = AS_MADE;
    }
  }
  return choice;
}

/** Lets these keys hold from now on, here and on the next visit. */
export function chooseKeys({ keys, single_keys }: KeyChoice): void {
  const text = JSON.stringify({ keys, single_keys });
  if (text === JSON.stringify(chosen())) return;
  choice = JSON.parse(text) as KeyChoice;
  localStorage.setItem(STORED, text);
  for (const listener of listeners) listener();
}

/** A form takes what is typed into it: only a key with Ctrl or ⌘ can send it. Pure. */
export const isUsable = (id: KeyId, keys: string) => id !== "submit" || /^mod\+\S+$/.test(keys);

/** The keys of a command under a choice: one's own in place of the command's. */
export function keysOf(id: KeyId, { keys }: KeyChoice = chosen()): readonly string[] {
  const own = keys[id];
  return own && isUsable(id, own) ? [own] : KEYS[id].keys;
}

/** A key that is a character and nothing more: those who speak to their machine type them without meaning to. Pure. */
export const isSingle = (keys: string) => /^(shift\+)?\S$/u.test(keys.split(" ")[0] ?? "");

/** The first key of a command that works now, for its cap; renders again when it changes. */
export function useKeyOf(id: KeyId): string | undefined {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => keysOf(id).find((keys) => chosen().single_keys || !isSingle(keys)),
    () => KEYS[id].keys[0],
  );
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
  if (isSingle(chord) && !chosen().single_keys) return;
  const sequence =
    pending && event.timeStamp - pending.atMs < SEQUENCE_MS ? `${pending.chord} ${chord}` : chord;
  pending = undefined;
  if (isPlain && KEY_IDS.some((id) => keysOf(id).some((keys) => keys.startsWith(`${chord} `)))) {
    pending = { chord, atMs: event.timeStamp };
  }
  for (const id of KEY_IDS) {
    if (!keysOf(id).includes(sequence) || !runCommand(id)) continue;
    event.preventDefault();
    return;
  }
}

/** Does what the key would do; false where nothing on the page answers. */
export function runCommand(id: KeyId): boolean {
  return layers.some(({ current }) => {
    const handler = current[id];
    return handler !== undefined && handler() !== false;
  });
}

/** What can be done on the page as it is, in the registry's order. */
export function activeCommands(): KeyId[] {
  return KEY_IDS.filter((id) => layers.some(({ current }) => current[id] !== undefined));
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
