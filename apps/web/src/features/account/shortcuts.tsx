import type { Preferences } from "@ade/core/preferences/schema";
import { RotateCcw } from "lucide-react";
import { type KeyboardEvent, useState } from "react";
import { KEY_GROUPS } from "#components/shell/key-sheet.tsx";
import { Button, IconButton } from "#components/ui/button.tsx";
import { Check } from "#components/ui/check.tsx";
import { Kbd } from "#components/ui/kbd.tsx";
import { toastProblem } from "#components/ui/toast.ts";
import { Part } from "#features/task/facts.tsx";
import { keyRefusal } from "#lib/key-clash.ts";
import { chordOf, KEY_IDS, KEYS, type KeyId, keysOf } from "#lib/keys.ts";
import { usePreferences, useSetPreferences } from "#lib/preferences.ts";

/** Shown while a key is asked for; alone they are no key. */
const MODIFIERS: ReadonlySet<string> = new Set(["Shift", "Control", "Alt", "Meta", "CapsLock", "Tab"]);
const SEQUENCE_MS = 900;

/** Keys of one's own for every command, and the switch for those of a single character. */
export function Shortcuts() {
  const preferences = usePreferences();
  const set = useSetPreferences();
  if (!preferences) return null;
  const save = (patch: Parameters<typeof set>[0]) =>
    void set(patch).catch((error: unknown) => toastProblem("The keys were not changed", error));
  const keys = preferences.keys;
  const isChanged = KEY_IDS.some((id) => keys[id]);
  return (
    <Part
      title="Shortcuts"
      note={
        isChanged && (
          <Button size="small" acts onClick={() => save({ keys: {} })}>
            <RotateCcw size={13} aria-hidden /> All as they were
          </Button>
        )
      }
    >
      <Check
        checked={preferences.single_keys}
        onChange={(single_keys) => save({ single_keys })}
        label="Keys of a single character"
        hint="Letters, digits and signs alone. Switch them off where a screen reader or voice control uses them itself."
      />
      <div id="shortcuts" className="columns-2 gap-8 pt-1 max-sm:columns-1">
        {KEY_GROUPS.map((group) => (
          <section key={group} className="mb-4 break-inside-avoid">
            <h3 className="caption mb-1">{group}</h3>
            <ul>
              {KEY_IDS.filter((id) => KEYS[id].group === group).map((id) => (
                <Shortcut
                  key={id}
                  id={id}
                  preferences={preferences}
                  choose={(chosen) => {
                    const { [id]: _before, ...rest } = keys;
                    save({ keys: chosen === null ? rest : { ...rest, [id]: chosen } });
                  }}
                />
              ))}
            </ul>
          </section>
        ))}
      </div>
    </Part>
  );
}

type Props = { id: KeyId; preferences: Preferences; choose: (keys: string | null) => void };

function Shortcut({ id, preferences, choose }: Props) {
  const [pressed, setPressed] = useState<{ keys: string; atMs: number } | null>(null);
  const [isAsking, setIsAsking] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const { label } = KEYS[id];
  const shown = keysOf(id, preferences);

  const stop = () => {
    setIsAsking(false);
    setPressed(null);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!isAsking || MODIFIERS.has(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Escape") return stop();
    if (event.key === "Enter" && pressed) return finish(pressed.keys);
    const chord = chordOf(event.nativeEvent);
    const follows = pressed !== null && event.timeStamp - pressed.atMs < SEQUENCE_MS;
    const keys = follows ? `${pressed.keys} ${chord}` : chord;
    if (!follows && keysOfOthersBeginWith(id, chord, preferences)) {
      setPressed({ keys, atMs: event.timeStamp });
      return;
    }
    finish(keys);
  };
  const finish = (keys: string) => {
    const why = keyRefusal(id, keys, preferences);
    setRefusal(why);
    stop();
    if (!why) choose(keys);
  };

  return (
    <li className="border-b border-line py-0.5 last:border-0">
      <div className="flex min-h-7 items-center gap-2">
        <span className="min-w-0 flex-1">{label}</span>
        {preferences.keys[id] && (
          <IconButton label={`${label}: as it was`} size="small" acts onClick={() => choose(null)}>
            <RotateCcw size={12} aria-hidden />
          </IconButton>
        )}
        <button
          type="button"
          aria-label={`${label}: ${shown.join(" or ")}. Change`}
          aria-pressed={isAsking}
          onClick={() => {
            setRefusal(null);
            setIsAsking(true);
          }}
          onBlur={stop}
          onKeyDown={onKeyDown}
          className="flex h-6 min-w-16 items-center justify-end gap-1 rounded-sm px-1 text-2xs text-ink-3 hover:bg-hover aria-pressed:bg-accent-soft aria-pressed:text-accent"
        >
          {isAsking
            ? pressed
              ? `${pressed.keys}, then…`
              : "Press a key"
            : shown.map((keys) => <Kbd key={keys} keys={keys} className="max-sm:inline-flex!" />)}
        </button>
      </div>
      {refusal && (
        <p role="alert" className="pb-1 text-xs text-bad">
          {refusal}
        </p>
      )}
    </li>
  );
}

/** A letter that begins a sequence elsewhere waits for its second key. */
function keysOfOthersBeginWith(id: KeyId, chord: string, preferences: Preferences): boolean {
  return KEY_IDS.some(
    (other) =>
      (other !== id || KEYS[id].keys.some((keys) => keys.includes(" "))) &&
      keysOf(other, preferences).some((keys) => keys.startsWith(`${chord} `)),
  );
}
