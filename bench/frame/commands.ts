import type { Redis } from "ioredis";

/** Counts the commands that go out over one connection from now on, whoever sends them. */
export function countCommands(redis: Redis): () => number {
  let sent = 0;
  const send = redis.sendCommand;
  redis.sendCommand = function counting(...args) {
    sent += 1;
    return Reflect.apply(send, this, args);
  };
  return () => sent;
}
