import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** Settings of a process that loads one of `preloads/` before the product. */
const loading = (name: "sink" | "clock" | "control"): { NODE_OPTIONS: string } => ({
  NODE_OPTIONS: `--import=${pathToFileURL(join(import.meta.dirname, `preloads/${name}.ts`)).href}`,
});

/** Its sink is slow, lies, or kills whoever changes this resource. */
export const withSink = (mode: "slow" | "lying" | { killsFor: string }): Record<string, string> => ({
  ...loading("sink"),
  ADE_FAULT_SINK: typeof mode === "string" ? mode : mode.killsFor,
});

/** Its wall clock is off by so much. */
export const withClock = (off_ms: number): Record<string, string> => ({
  ...loading("clock"),
  ADE_FAULT_CLOCK_MS: String(off_ms),
});

/** A protection is taken out of it. */
export const withoutProtection = (control: string): Record<string, string> => ({
  ...loading("control"),
  ADE_FAULT_CONTROL: control,
});
