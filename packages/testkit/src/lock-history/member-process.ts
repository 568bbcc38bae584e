import type { FromChild, ToChild } from "./child-member.ts";
import { type MemberOptions, startMember } from "./member.ts";

const say = (message: FromChild): void => void process.send!(message);
const writes = new Map<number, (accepted: boolean) => void>();
let count = 0;

const member = await startMember(JSON.parse(process.argv[2]!) as MemberOptions, {
  record: (event) => say({ type: "event", event }),
  write(request) {
    count += 1;
    const { promise, resolve } = Promise.withResolvers<boolean>();
    writes.set(count, resolve);
    say({ type: "write", id: count, request });
    return promise;
  },
});

process.on("message", async (message: ToChild) => {
  if (message.type === "written") {
    writes.get(message.id)?.(message.accepted);
    writes.delete(message.id);
    return;
  }
  await member.stop();
  process.disconnect();
});
// Whoever started it is gone.
process.on("disconnect", () => process.exit());
say({ type: "ready" });
