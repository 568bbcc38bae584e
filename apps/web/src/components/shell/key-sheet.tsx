import { Link } from "#components/link.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Kbd } from "#components/ui/kbd.tsx";
import { KEY_IDS, KEYS, type KeyGroup, keysOf } from "#lib/keys.ts";
import { usePreferences } from "#lib/preferences.ts";

export const KEY_GROUPS: readonly KeyGroup[] = ["Inbox", "Anywhere", "Go to", "Locks", "Task"];

/** Every key as it is set for this person, from the registry. */
export function KeySheet({ close }: { close: () => void }) {
  const isOff = usePreferences()?.single_keys === false;
  return (
    <Dialog title="Keys" close={close} wide>
      <div className="columns-2 gap-8 max-sm:columns-1">
        {KEY_GROUPS.map((group) => (
          <section key={group} className="mb-4 break-inside-avoid">
            <h3 className="caption mb-1">{group}</h3>
            <dl>
              {KEY_IDS.filter((id) => KEYS[id].group === group).map((id) => (
                <div
                  key={id}
                  className="flex h-7 items-center justify-between border-b border-line last:border-0"
                >
                  <dt>{KEYS[id].label}</dt>
                  <dd className="flex items-center gap-1.5 text-2xs text-ink-3">
                    {keysOf(id).map((keys, place) => (
                      <span key={keys} className="flex items-center gap-1.5">
                        {place > 0 && "or"}
                        <Kbd keys={keys} className="max-sm:inline-flex!" />
                      </span>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <p className="border-t border-line pt-3 text-ink-2">
        {isOff ? "Keys of a single character are off. " : ""}
        <Link href="/account#shortcuts" onClick={close} className="link">
          {isOff ? "Switch them on, or change a key" : "Change a key, or switch single characters off"}
        </Link>
      </p>
    </Dialog>
  );
}
