import { readdirSync, readFileSync } from "node:fs";
import process from "node:process";

/** The processes of one group, by its leader's pid; of a leader that was not started there are none. */
export type ProcessGroup = {
  /** Whether anybody may have heard it. */
  send(name: NodeJS.Signals): boolean;
  /** Whether anybody of it can still do something. */
  lives(): boolean;
};

export function processGroup(pid: number | undefined): ProcessGroup {
  const send = (name: NodeJS.Signals | 0): boolean => {
    // Without a pid it would be our own group.
    if (pid === undefined) return false;
    try {
      return process.kill(-pid, name);
    } catch (error) {
      // They are there, and somebody else's: a command may run as root.
      return (error as NodeJS.ErrnoException).code === "EPERM";
    }
  };
  return { send, lives: () => send(0) && !isBuriedByNobody(pid!) };
}

/**
 * True where all of a group has ended and only waits to be taken note of. In a container nobody may ever do that, and
 * `kill` finds them for as long as it runs. Where the system has no `/proc`, or does not show it to us, it is not known.
 */
function isBuriedByNobody(group: number): boolean {
  const states = statesOf(group);
  return states.length > 0 && states.every((state) => state === "Z" || state === "X");
}

/** Of each process of a group its state, as proc_pid_stat(5) has it. */
function statesOf(group: number): string[] {
  let names: string[];
  try {
    names = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      // What stands before is the program's name, in which anything may stand.
      const [state = "", , of] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return Number(of) === group ? [state] : [];
    } catch {
      return [];
    }
  });
}
