import { useState } from "react";
import { Dialog } from "#components/ui/dialog.tsx";
import { Kbd } from "#components/ui/kbd.tsx";
import { KEYS, type KeyGroup, type KeySpec, setSingleKeysOff, singleKeysOff } from "#lib/keys.ts";

const GROUPS: readonly KeyGroup[] = ["Inbox", "Anywhere", "Go to", "Locks", "Task"];
const specs: readonly KeySpec[] = Object.values(KEYS);

/** Every key, from the registry, and the switch for those without a modifier. */
export function KeySheet({ close }: { close: () => void }) {
  const [off, setOff] = useState(singleKeysOff);
  return (
    <Dialog title="Keys" close={close} wide>
      <div className="columns-2 gap-8 max-sm:columns-1">
        {GROUPS.map((group) => (
          <section key={group} className="mb-4 break-inside-avoid">
            <h3 className="caption mb-1">{group}</h3>
            <dl>
              {specs
                .filter((spec) => spec.group === group)
                .map((spec) => (
                  <div
                    key={spec.label}
                    className="flex h-7 items-center justify-between border-b border-line last:border-0"
                  >
                    <dt>{spec.label}</dt>
                    <dd className="flex items-center gap-1.5 text-2xs text-ink-3">
                      {spec.keys.map((keys, place) => (
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
      <label className="flex items-center gap-2 border-t border-line pt-3 text-ink-2">
        <input
          type="checkbox"
          checked={!off}
          className="size-4 accent-accent"
          onChange={(event) => {
            setOff(!event.target.checked);
            setSingleKeysOff(!event.target.checked);
          }}
        />
        Keys of a single letter are on in this browser
      </label>
    </Dialog>
  );
}
