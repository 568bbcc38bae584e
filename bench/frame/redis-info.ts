import type { Redis } from "ioredis";

/** What a Redis server has used so far: CPU time of its process in seconds, and memory now, in bytes. */
export async function usageOf(redis: Redis): Promise<{ cpu_seconds: number; memory_bytes: number }> {
  const [cpu, memory] = await Promise.all([redis.info("cpu"), redis.info("memory")]);
  const read = (text: string, name: string): number =>
    Number(new RegExp(`^${name}:(\\S+)`, "m").exec(text)?.[1]);
  return {
    cpu_seconds: read(cpu, "used_cpu_user") + read(cpu, "used_cpu_sys"),
    memory_bytes: read(memory, "used_memory"),
  };
}
