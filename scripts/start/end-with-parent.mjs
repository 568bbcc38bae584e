// Preloaded into every process that we supervise: should the supervisor be killed outright, nobody would stop them.
const LAST_RESORT_MS = 28_000;

// Children of theirs load this too, and live by a channel of their own.
const { ADE_SUPERVISOR: supervisor } = process.env;
if (supervisor === String(process.ppid)) {
  process.on("disconnect", () => {
    process.kill(process.pid, "SIGTERM");
    setTimeout(() => process.exit(1), LAST_RESORT_MS).unref();
  });
  process.channel?.unref();
}
