// Preloaded into every supervised process: should the supervisor be killed outright, nobody would stop them.
const LAST_RESORT_MS = 28_000;

process.on("disconnect", () => {
  process.kill(process.pid, "SIGTERM");
  setTimeout(() => process.exit(1), LAST_RESORT_MS).unref();
});
process.channel?.unref();
