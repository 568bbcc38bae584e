import { generateClient } from "../../scripts/start/prepare.ts";

// On a fresh clone Prisma's client is not there yet, and everything else imports it.
await generateClient();
const { readCall } = await import("./command-line.ts");
const call = readCall(process.argv.slice(2));
if (call) {
  const { runAll } = await import("./run.ts");
  await runAll(call);
}
