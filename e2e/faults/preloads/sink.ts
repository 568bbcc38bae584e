import fs from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { setTimeout as delay } from "node:timers/promises";

/**
 * Loaded into a worker before the product: what it writes its effects to is ill, as ADE_FAULT_SINK says. `slow`: it
 * takes up to longer than a lease. `lying`: every third effect is there and said to have failed, every third said to be
 * there and is not. Otherwise the resource whose change
 * kills whoever tries it.
 */
const mode = process.env.ADE_FAULT_SINK ?? "";
const SLOW_MS = [50, 500, 2_000, 7_000];

/** Which of so many a task draws, always the same one: by the end of its id, whose beginning is the time. */
const drawn = (line: string, of: number): number =>
  Number.parseInt(/([0-9a-f]{8}):\d+"/.exec(line)![1]!, 16) % of;

const { open } = fs;
fs.open = async (...call: Parameters<typeof open>) => {
  const handle = await open(...call);
  if (!String(call[0]).endsWith("/applied.jsonl")) return handle;
  const write = handle.appendFile.bind(handle);
  handle.appendFile = async (data) => {
    const line = String(data);
    if (mode === "slow") await delay(SLOW_MS[drawn(line, SLOW_MS.length)]!);
    else if (mode !== "lying" && line.includes(mode)) process.kill(process.pid, "SIGKILL");
    const lie = mode === "lying" ? drawn(line, 3) : 0;
    if (lie === 2) return;
    await write(data);
    if (lie === 1) throw Object.assign(new Error("The sink says that it failed"), { code: "EIO" });
  };
  return handle;
};
syncBuiltinESMExports();
