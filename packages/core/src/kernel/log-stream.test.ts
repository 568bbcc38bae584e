import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";

const STREAM = join(import.meta.dirname, "log-stream.ts");

/** A process that logs into `file` and ends as `ending` says; answers its exit code and what it said to errors. */
async function logging(file: string, ending: string): Promise<{ code: number | null; said: string }> {
  const script = `import pino from "pino";
    import { logStream } from ${JSON.stringify(STREAM)};
    const log = pino({}, logStream());
    for (let line = 1; line <= 20_000; line += 1) log.info({ line }, "x".repeat(100));
    ${ending}`;
  const descriptor = openSync(file, "a");
  const child = spawn(process.execPath, ["--input-type=module-typescript", "--eval", script], {
    cwd: import.meta.dirname,
    stdio: ["ignore", descriptor, "pipe"],
  });
  closeSync(descriptor);
  let said = "";
  child.stderr!.on("data", (chunk: Buffer) => {
    said += chunk;
  });
  const [code] = await once(child, "close");
  return { code, said };
}

// A device of Linux on which there is never any room.
test.runIf(process.platform === "linux")(
  "a full disk neither ends a process nor keeps it from ending",
  async () => {
    for (const ending of ["process.exit(0)", "setTimeout(() => log.info('later'), 50)"])
      expect(await logging("/dev/full", ending)).toEqual({ code: 0, said: "" });
  },
);

test("every line is there at the end, in order; beyond what is kept it is said how many are not", async () => {
  const folder = mkdtempSync(join(tmpdir(), "ade-log-"));
  try {
    for (const ending of ["process.exit(0)", ""]) {
      const file = join(folder, `${ending}.log`);
      expect(await logging(file, ending)).toEqual({ code: 0, said: "" });
      const lines = readFileSync(file, "utf8")
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as { line?: number; msg: string });
      const numbers = [...new Set(lines.flatMap(({ line }) => line ?? []))];
      expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
      const dropped = lines.flatMap(({ msg }) => /^(\d+) lines of this log/.exec(msg)?.[1] ?? []).map(Number);
      expect(numbers.length + dropped.reduce((sum, count) => sum + count, 0)).toBe(20_000);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
