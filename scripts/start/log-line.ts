const ERROR = 50;
const PINO_START = /^\{"level":/;

/**
 * What to do with a line that a process wrote to its standard output. Structured lines belong into its log file,
 * errors among them are also shown, short. A plain line of the API is for the person at the terminal (the first
 * admin's one-time password) and must not be kept.
 */
export function readLogLine(name: string, line: string): { show?: string; keep: boolean } {
  if (!PINO_START.test(line))
    return name === "api" && line.trim() ? { show: line, keep: false } : { keep: true };
  try {
    const { level, msg, err } = JSON.parse(line) as {
      level: number;
      msg?: string;
      err?: { message?: string };
    };
    if (level < ERROR) return { keep: true };
    const text = [msg, err?.message].filter(Boolean).join(": ");
    return { show: `${name}: ${text}`, keep: true };
  } catch {
    return { keep: true };
  }
}

/** Why a process ended at its start: the message of its last error, without its stack. */
export function lastErrorOf(log: string): string | undefined {
  const lines = log.split("\n").map((line) => line.trim());
  for (const line of lines.toReversed()) {
    const thrown = /^(?:Uncaught )?\w*error(?: \[[A-Z_]+\])?: (.+)/i.exec(line)?.[1];
    if (thrown) return thrown;
    if (PINO_START.test(line)) {
      const { show } = readLogLine("", line);
      if (show) return show.replace(/^: /, "");
    }
  }
  return lines.findLast((line) => line !== "" && !line.startsWith("Node.js v"));
}
