import type { Client } from "@ade/client";

const EVERY_MS = 10_000;

/** Tells the server that the agent lives, and how much it does, until stopped. A server that is away misses some. */
export function startHeartbeats(
  client: Client,
  agentId: () => string | null,
  active: () => number,
): () => void {
  let isSending = false;
  const beat = async (): Promise<void> => {
    const id = agentId();
    if (id === null || isSending) return;
    isSending = true;
    await client
      .send({
        method: "POST",
        path: `/agents/${id}/heartbeat`,
        body: { active_tasks: active() },
        patienceMs: 0,
      })
      .catch(() => undefined);
    isSending = false;
  };
  void beat();
  const timer = setInterval(() => void beat(), EVERY_MS);
  return () => clearInterval(timer);
}
