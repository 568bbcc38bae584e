import type { Core } from "@ade/core/core";
import type { Actor } from "@ade/core/kernel/actor";
import { CodedError, errors } from "@ade/core/kernel/errors";
import { z } from "zod";

const ID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
const MAX_CHANNELS = 100;

/** `tasks`, `agents`, `locks`, `system`, or one thing: `task:{id}`, `user:{id}`, `agent:{id}`, `resource:{type}:{id}`. */
export const channelName = z
  .string()
  .max(400)
  .regex(
    new RegExp(`^(tasks|agents|locks|system|task:${ID}|user:${ID}|agent:${ID}|resource:[a-z]+:.+)$`),
    "must be tasks, agents, locks, system, task:{id}, user:{id}, agent:{id} or resource:{type}:{id}",
  );
export const channelNames = z.array(channelName).min(1).max(MAX_CHANNELS);

/** Id of a durable event, as Last-Event-ID gives it back. */
export const eventId = z.string().regex(/^\d{1,16}$/, "must be the id of an event");

/**
 * Refuses, naming it, a channel that this actor may not read: a task's for whoever may read the task, a person's own,
 * an agent's for whoever may read the agent, resources, all tasks and all agents for people, locks and system for admins, who read all.
 */
export async function assertMayListen(core: Core, actor: Actor, channels: readonly string[]): Promise<void> {
  const verdicts = await Promise.all(channels.map((channel) => mayListen(core, actor, channel)));
  const refused = channels.filter((_, index) => !verdicts[index]);
  if (refused.length === 0) return;
  throw errors.FORBIDDEN({
    message: `You may not read the channel ${refused.join(", ")}.`,
    details: { refused },
  });
}

async function mayListen(core: Core, actor: Actor, channel: string): Promise<boolean> {
  const colon = channel.indexOf(":");
  const kind = colon < 0 ? channel : channel.slice(0, colon);
  const id = channel.slice(colon + 1);
  if (kind === "task") return succeeds(core.tasks.read(actor, id));
  if (actor.roles.includes("admin")) return true;
  if (kind === "tasks" || kind === "agents" || kind === "resource")
    return actor.kind !== "agent" && actor.roles.length > 0;
  if (kind === "user") return actor.kind === "user" && id === actor.id;
  if (kind === "agent") return succeeds(core.agents.get(actor, id));
  return actor.kind === "system" || actor.kind === "worker";
}

async function succeeds(reading: Promise<unknown>): Promise<boolean> {
  return reading.then(
    () => true,
    (thrown: unknown) => {
      if (thrown instanceof CodedError) return false;
      throw thrown;
    },
  );
}
