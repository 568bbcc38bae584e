import { makeCore, type TestCore, type TestPeople } from "@ade/testkit/make-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type InboxQuery, inboxQuery } from "./schema.ts";

let core: TestCore;
let people: TestPeople;
let file: string;
let noop: string;
beforeAll(async () => {
  core = await makeCore();
  await core.startWorker();
  people = await core.people();
  file = (await core.reviewing(people.author, core.fileTask("filtered_1.txt", "one"))).id;
  noop = (await core.reviewing(people.author, core.noopTask())).id;
});
afterAll(() => core.dispose());

async function found(query: Partial<InboxQuery>) {
  const { rows, total, counts } = await core.views.inbox(people.reviewer, inboxQuery.parse(query));
  expect(counts.needs_you).toBe(2);
  expect(total).toBe(rows.length);
  return rows.map(({ task_id }) => task_id).sort();
}

test("a section is narrowed down by each condition, and by all that are stated together", async () => {
  expect(await found({})).toEqual([file, noop].sort());
  expect(await found({ type: ["configuration.file"] })).toEqual([file]);
  expect(await found({ type: ["configuration.file", "test.noop"] })).toEqual([file, noop].sort());
  expect(await found({ author: [people.author.id] })).toEqual([file, noop].sort());
  expect(await found({ author: [people.admin.id] })).toEqual([]);
  expect(await found({ target: "filtered_1" })).toEqual([file]);
  expect(await found({ target: "filtered%1" })).toEqual([]);
  expect(await found({ type: ["test.noop"], target: "filtered_1" })).toEqual([]);
  expect(await found({ due_within_hours: 720 })).toEqual([file, noop].sort());
  expect(await found({ due_within_hours: 1 })).toEqual([]);
  const [row] = (await core.views.inbox(people.reviewer, inboxQuery.parse({ type: ["test.noop"] }))).rows;
  expect(await found({ risk: [row!.risk_level!] })).toContain(noop);
  expect(await found({ risk: ["CRITICAL"] })).toEqual([]);
});

test("the total counts what fits the filter, page by page", async () => {
  const query = inboxQuery.parse({ author: [people.author.id], limit: 1 });
  const first = await core.views.inbox(people.reviewer, query);
  expect(first).toMatchObject({ total: 2, next_cursor: expect.any(String) });
  const second = await core.views.inbox(people.reviewer, { ...query, cursor: first.next_cursor });
  expect(second.next_cursor).toBeUndefined();
  expect(second.rows.map(({ task_id }) => task_id)).not.toEqual(first.rows.map(({ task_id }) => task_id));
});

test("the facets tell what a section holds and how often, for its reader alone", async () => {
  const facets = await core.views.facets(people.reviewer, "needs_you");
  expect(facets.types).toEqual(
    expect.arrayContaining([
      { type: "configuration.file", count: 1 },
      { type: "test.noop", count: 1 },
    ]),
  );
  expect(facets.authors).toEqual([
    { id: people.author.id, name: people.author.name, kind: "user", count: 2 },
  ]);
  expect(facets.risk.reduce((sum, { count }) => sum + count, 0)).toBe(2);
  expect(await core.views.facets(people.author, "needs_you")).toEqual({ risk: [], types: [], authors: [] });
});
