import type { Pool, PoolClient } from "pg";
import type { Person } from "../identity/schema.ts";
import type { Clock } from "../kernel/clock.ts";
import { deterministicId, type Ids } from "../kernel/ids.ts";
import { type Projections, projectEvents, type SealedEntry } from "../ledger/service.ts";
import type { Preferences } from "../preferences/schema.ts";
import { insertDeliveries, type NewDelivery } from "./sending/store.ts";
import { settledBy } from "./settled.ts";
import { insertNotifications, markSettled, movePlace, type NewNotification, takePlace } from "./store.ts";
import { loadSubjects, type Subject } from "./subject.ts";
import { type Telling, taskIdOf, tellingsOf } from "./tell.ts";
import { wants } from "./webhooks/match.ts";
import { type ActiveSubscription, activeSubscriptions } from "./webhooks/store.ts";

export type ConsumeDeps = {
  pool: Pool;
  clock: Clock;
  ids: Ids;
  projections: Projections;
  directory: () => Promise<Person[]>;
  preferencesOf: (userIds: readonly string[]) => Promise<Map<string, Preferences>>;
  mailWorks: boolean;
};

/** How many entries were read, who was told something new, and whose requests are settled. */
export type Told = { entries: number; people: string[]; settled: string[] };

/**
 * Reads the chain on by one batch and writes who is told what, in one transaction with its place in the chain: a
 * process that dies in between has told nobody, and two of them never tell the same. Null: another one does it now.
 */
export async function tellBatch(deps: ConsumeDeps): Promise<Told | null> {
  const client = await deps.pool.connect();
  let failure: unknown;
  try {
    await client.query("BEGIN");
    const told = await tellIn(client, deps);
    await client.query("COMMIT");
    return told;
  } catch (error) {
    failure = error;
    throw error;
  } finally {
    client.release(failure !== undefined);
  }
}

async function tellIn(client: PoolClient, deps: ConsumeDeps): Promise<Told | null> {
  const entries = await takePlace(client);
  if (!entries) return null;
  const last = entries.at(-1);
  if (!last) return { entries: 0, people: [], settled: [] };
  const taskIds = [...new Set(entries.map(taskIdOf).filter((id) => id !== null))];
  const subjects = await loadSubjects(client, taskIds);
  const people = await tellPeople(client, deps, entries, subjects);
  const settled = await markSettled(
    client,
    entries.map(settledBy).filter((each) => each !== null),
  );
  await queueWebhooks(client, deps, entries, subjects);
  await movePlace(client, last.seq);
  return { entries: entries.length, people, settled };
}

const subjectOf = (entry: SealedEntry, subjects: ReadonlyMap<string, Subject>): Subject | null =>
  subjects.get(taskIdOf(entry) ?? "") ?? null;

async function tellPeople(
  client: PoolClient,
  deps: ConsumeDeps,
  entries: readonly SealedEntry[],
  subjects: ReadonlyMap<string, Subject>,
): Promise<string[]> {
  const active = (await deps.directory()).filter((person) => person.active);
  const known = new Set(active.map(({ id }) => id));
  const admins = active.filter(({ roles }) => roles.includes("admin")).map(({ id }) => id);
  const told = entries.flatMap((entry) =>
    tellingsOf(entry, { subject: subjectOf(entry, subjects), admins })
      .filter(({ user_id }) => known.has(user_id))
      .map((telling) => ({ entry, telling })),
  );
  if (told.length === 0) return [];
  const wishes = await deps.preferencesOf([...new Set(told.map(({ telling }) => telling.user_id))]);
  const inApp: NewNotification[] = [];
  const mails: NewDelivery[] = [];
  for (const { entry, telling } of told) {
    const wish = wishes.get(telling.user_id)!.notify[telling.kind];
    const id = deps.ids.uuid();
    if (wish.in_app) inApp.push({ ...telling, id, entry_id: entry.id, created_at: entry.at });
    if (wish.email && deps.mailWorks) mails.push(mailOf(entry, telling));
  }
  const people = await insertNotifications(client, inApp);
  await insertDeliveries(client, mails, deps.clock.now());
  return people;
}

/** Whom it goes to stands in it as a person: their address is looked up when it is sent, and kept nowhere else. */
function mailOf(entry: SealedEntry, { user_id, kind, title, body, href }: Telling): NewDelivery {
  return {
    id: deterministicId(`mail:${entry.id}:${user_id}:${kind}`),
    channel: "email",
    subscription_id: null,
    entry_id: entry.id,
    event: kind,
    target: user_id,
    payload: { title, body, href },
  };
}

async function queueWebhooks(
  client: PoolClient,
  deps: ConsumeDeps,
  entries: readonly SealedEntry[],
  subjects: ReadonlyMap<string, Subject>,
): Promise<void> {
  const subscriptions = await activeSubscriptions(client);
  if (subscriptions.length === 0) return;
  const deliveries = entries.flatMap((entry) => {
    const subject = subjectOf(entry, subjects);
    return projectEvents(deps.projections, entry).flatMap((event) =>
      subscriptions
        .filter((subscription) => wants(subscription, event, subject))
        .map((subscription) => webhookOf(entry, event, subject, subscription)),
    );
  });
  await insertDeliveries(client, deliveries, deps.clock.now());
}

function webhookOf(
  entry: SealedEntry,
  { event, timestamp, payload }: ReturnType<typeof projectEvents>[number],
  subject: Subject | null,
  subscription: ActiveSubscription,
): NewDelivery {
  const about = subject && {
    title: subject.title,
    author_name: subject.author_name,
    risk_level: subject.risk_level,
    risk_score: subject.risk_score,
  };
  return {
    id: deterministicId(`webhook:${subscription.id}:${entry.id}:${event}`),
    channel: "webhook",
    subscription_id: subscription.id,
    entry_id: entry.id,
    event,
    target: subscription.id,
    payload: { timestamp, payload, about, href: subject ? `/tasks/${subject.id}` : "/locks" },
  };
}
