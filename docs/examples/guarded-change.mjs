// A program that asks before it changes something: it proposes the change, waits for the decision, follows how it is
// applied, and does its own part under a lock whose token guards the write.
//
//   ADE_URL=http://localhost:3000 ADE_API_KEY=ade_… node docs/examples/guarded-change.mjs "Rotate the signing key"
//
// It ends with 0 once everything is done, with 1 where somebody said no or it could not be applied.
import { createClient, isCoded } from "@ade/client";

const { ADE_URL = "http://localhost:3000", ADE_API_KEY } = process.env;
const { ADE_TASK_TYPE = "test.noop", ADE_TASK_PARAMETERS = "{}" } = process.env;
const [description = "Restart the mail service"] = process.argv.slice(2);
if (!ADE_API_KEY) throw new Error("Set ADE_API_KEY to an agent's key.");

const ade = createClient({ url: ADE_URL, apiKey: ADE_API_KEY });
const me = await ade.me();
console.log(`I am ${me.name}.`);

// Ctrl-C takes the question back: nobody has to review what nobody waits for.
const stop = new AbortController();
process.once("SIGINT", () => stop.abort(new Error("interrupted")));

const { decision, reason, decided_by, task } = await ade.gate(
  {
    config: {
      type: ADE_TASK_TYPE,
      description,
      resources: [{ type: "service", namespace: "demo-prod", id: "mail", actions: ["write"] }],
      parameters: JSON.parse(ADE_TASK_PARAMETERS),
    },
    metadata: { tags: ["example"] },
  },
  {
    signal: stop.signal,
    onAbort: "cancel",
    onProgress: ({ id, state, waiting_for }) => console.log(`${id} ${state}: ${waiting_for?.text ?? ""}`),
  },
);

if (decision !== "approved") {
  const who = decided_by.map(({ name }) => name).join(", ") || "A policy";
  console.log(`${who} said ${decision}: ${reason ?? "no reason given"}`);
  process.exit(1);
}
console.log(`Approved${reason ? `: ${reason}` : ""}.`);

// ADE's workers apply it. Events are typed by their names; those with an id are never missed.
const applied = new AbortController();
const following = (async () => {
  for await (const event of ade.events({ channels: [`task:${task.id}`], signal: applied.signal })) {
    if (event.event === "task:progress" && event.payload.message) console.log(`  ${event.payload.message}`);
  }
})();
const { execution } = await ade.tasks.waitFor(task.id, { signal: AbortSignal.timeout(120_000) });
applied.abort();
await following;
console.log(`Applied: ${execution?.result}.${execution?.error ? ` ${execution.error}` : ""}`);
// What follows stands on what was applied.
if (execution?.result !== "success") process.exit(1);

// What this program does itself it does alone, and where it can be told from an older holder.
try {
  await ade.withLock(
    "service:demo-prod/mail",
    { ttl_seconds: 30, max_wait_seconds: 20, purpose: description },
    (lock) => {
      lock.assertHeld();
      console.log(
        `UPDATE mail SET state = 'restarted', fence = ${lock.fencing_token} WHERE fence <= ${lock.fencing_token}`,
      );
    },
  );
} catch (error) {
  if (!isCoded(error, "RESOURCE_LOCKED", "LOCK_LOST")) throw error;
  console.log(`Left undone: ${error.message} ${error.next}`);
  process.exit(1);
}
