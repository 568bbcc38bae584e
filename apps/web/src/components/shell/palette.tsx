import { useQuery } from "@tanstack/react-query";
import { Command } from "cmdk";
import { CornerDownLeft, Keyboard, KeyRound, LogOut, Monitor, Moon, Plus, Sun } from "lucide-react";
import { useRouter } from "next/router";
import { type ReactNode, useDeferredValue, useState } from "react";
import { RiskMeter } from "#components/risk-meter.tsx";
import { TaskState } from "#components/task-state.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Kbd } from "#components/ui/kbd.tsx";
import { activeCommands, KEYS, type KeyId, keysOf, runCommand } from "#lib/keys.ts";
import { queries } from "#lib/queries.ts";
import { signOut, useMe } from "#lib/session.ts";
import { taskTitle } from "#lib/task-title.ts";
import { setTheme } from "#lib/theme.ts";
import { PLACES } from "./navigation.ts";

const itemClass =
  "flex h-8.5 cursor-default items-center gap-2.5 rounded-md px-2 data-[selected=true]:bg-hover [&_svg]:shrink-0";

type EntryProps = { name: string; icon: ReactNode; keys?: string | undefined; run: () => void };

/** Offered by name further down, or of no use from a palette. */
const NOT_LISTED: ReadonlySet<KeyId> = new Set([
  "palette",
  "help",
  "close",
  "next",
  "previous",
  "extend_next",
  "extend_previous",
]);
/** By then the palette is gone and the focus is back where it was. */
const CLOSED_MS = 60;

/** Goes anywhere and does what can be done from anywhere; finds tasks by their words. */
export function Palette({ close, showKeys }: { close: () => void; showKeys: () => void }) {
  const router = useRouter();
  const me = useMe();
  const [words, setWords] = useState("");
  const [commands] = useState(() =>
    activeCommands()
      .filter((id) => !NOT_LISTED.has(id) && KEYS[id].group !== "Go to")
      // What belongs to the page comes before what works anywhere.
      .sort(
        (one, other) => Number(KEYS[one].group === "Anywhere") - Number(KEYS[other].group === "Anywhere"),
      ),
  );
  const search = useDeferredValue(words.trim());
  const found = useQuery({ ...queries.tasks({ search, limit: 6 }), enabled: search.length > 1 });
  const go = (href: string) => () => {
    close();
    void router.push(href);
  };
  const entry = ({ name, icon, keys, run }: EntryProps) => (
    <Command.Item key={name} value={name} onSelect={run} className={itemClass}>
      <span className="text-ink-3">{icon}</span>
      <span className="flex-1">{name}</span>
      {keys && <Kbd keys={keys} />}
    </Command.Item>
  );
  const groupClass =
    "[&_[cmdk-group-heading]]:caption [&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:py-1";

  return (
    <Dialog title="Go to…" close={close} wide>
      <Command label="Command palette" loop>
        <Command.Input
          value={words}
          onValueChange={setWords}
          placeholder="A page, an action, or words of a task"
          className="field mb-2 h-9 text-base!"
        />
        <Command.List className="h-80 overflow-y-auto">
          <Command.Empty className="px-2 py-6 text-center text-ink-3">Nothing by that name.</Command.Empty>
          {search.length > 1 && found.data && found.data.tasks.length > 0 && (
            <Command.Group heading="Tasks" forceMount className={groupClass}>
              {found.data.tasks.map((task) => (
                <Command.Item
                  key={task.id}
                  value={task.id}
                  forceMount
                  onSelect={go(`/tasks/${task.id}`)}
                  className={itemClass}
                >
                  <RiskMeter score={task.risk?.score} level={task.risk?.level} className="w-26" />
                  <span className="min-w-0 flex-1 truncate">{taskTitle(task)}</span>
                  <TaskState state={task.state} result={task.execution?.result} plain />
                </Command.Item>
              ))}
            </Command.Group>
          )}
          <Command.Group heading="On this page" className={groupClass}>
            {commands.map((id) =>
              entry({
                name: KEYS[id].label,
                icon: <CornerDownLeft size={15} aria-hidden />,
                keys: keysOf(id)[0],
                run: () => {
                  close();
                  setTimeout(() => runCommand(id), CLOSED_MS);
                },
              }),
            )}
          </Command.Group>
          <Command.Group heading="Pages" className={groupClass}>
            {PLACES.filter((place) => !place.adminOnly || me?.roles.includes("admin")).map(
              ({ icon: Icon, ...place }) =>
                entry({
                  name: place.name,
                  icon: <Icon size={15} aria-hidden />,
                  run: go(place.href),
                  ...(place.key && { keys: keysOf(place.key)[0] }),
                }),
            )}
          </Command.Group>
          <Command.Group heading="Actions" className={groupClass}>
            {entry({
              name: "New task",
              icon: <Plus size={15} />,
              keys: keysOf("go_new")[0],
              run: go("/tasks/new"),
            })}
            {entry({
              name: "All keys",
              icon: <Keyboard size={15} />,
              keys: keysOf("help")[0],
              run: showKeys,
            })}
            {entry({ name: "Change keys", icon: <Keyboard size={15} />, run: go("/account#shortcuts") })}
            {entry({ name: "Light theme", icon: <Sun size={15} />, run: () => setTheme("light") })}
            {entry({ name: "Dark theme", icon: <Moon size={15} />, run: () => setTheme("dark") })}
            {entry({
              name: "Theme of the system",
              icon: <Monitor size={15} />,
              run: () => setTheme("system"),
            })}
            {entry({ name: "Account and API keys", icon: <KeyRound size={15} />, run: go("/account") })}
            {entry({ name: "Sign out", icon: <LogOut size={15} />, run: () => void signOut() })}
          </Command.Group>
        </Command.List>
      </Command>
    </Dialog>
  );
}
