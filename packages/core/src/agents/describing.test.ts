import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Actor } from "../kernel/actor.ts";
import { openAgents, type TestAgents } from "./agents-fixture.ts";
import { DEFAULT_CATALOGUE } from "./catalogue/default.ts";
import { catalogueValue } from "./catalogue/schema.ts";
import { agentDraft } from "./drafts/schema.ts";
import { agentFile, agentInput, agentSummary } from "./schema.ts";
import { agentHistory } from "./settings/schema.ts";

let db: TestAgents;
let admin: Actor;
let other: Actor;
beforeAll(async () => {
  db = await openAgents();
  [admin, other] = [await db.actorOf("admin"), await db.actorOf("admin")];
});
afterAll(() => db.close());

const code = (wanted: string) => expect.objectContaining({ code: wanted });
const history = async (id: string) => {
  const answer = await db.agents.history(admin, { id, page: 1, limit: 50 });
  return agentHistory.parse(answer).changes;
};

describe("changing settings", () => {
  test("makes the next version, says who changed what, and changes nothing where nothing differs", async () => {
    const owner = await db.actorOf("author");
    const { id } = await db.agent(admin, { owner_id: owner.id, model: "m-1", tags: ["a"] });
    const changed = await db.agents.configure(owner, id, 1, {
      model: null,
      provider: "P",
      tags: ["a", "b", "b"],
    });
    expect(changed).toMatchObject({ version: 2, model: null, provider: "P", tags: ["a", "b"] });
    expect(await db.agents.configure(owner, id, 2, { provider: "P", tags: ["a", "b"] })).toEqual(changed);
    expect(await history(id)).toMatchObject([
      {
        ...{ version: 2, by: { id: owner.id, name: owner.name, kind: "user" }, task_id: null },
        fields: [
          { field: "model", before: "m-1", after: null },
          { field: "provider", before: null, after: "P" },
          { field: "tags", before: ["a"], after: ["a", "b"] },
        ],
      },
      { version: 1, by: { id: admin.id }, fields: [] },
    ]);
    const [fact] = (await db.factsOf(id)).slice(-1);
    expect(fact).toMatchObject({
      action: "agent.configured",
      detail: { version: 2, fields: ["model", "provider", "tags"] },
    });
  });

  test("is for owner and admins, and one of ten at once goes through", async () => {
    const [owner, stranger] = [await db.actorOf("author"), await db.actorOf("author", "reviewer")];
    const { id, self } = await db.agent(admin, { owner_id: owner.id });
    for (const actor of [stranger, self]) {
      await expect(db.agents.configure(actor, id, 1, { description: "x" })).rejects.toEqual(
        code("FORBIDDEN"),
      );
    }
    const ended = await Promise.allSettled(
      Array.from({ length: 10 }, (_, index) =>
        db.agents.configure(owner, id, 1, { description: `${index}` }),
      ),
    );
    expect(ended.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    for (const one of ended) if (one.status === "rejected") expect(one.reason).toEqual(code("CONFLICT"));
    expect(await history(id)).toHaveLength(2);
    await expect(db.agents.configure(admin, db.ids.uuid(), 1, {})).rejects.toEqual(code("NOT_FOUND"));
  });

  test("which command is started on our machines, an admin says", async () => {
    const owner = await db.actorOf("author");
    const connection = { kind: "acp", command: "good-agent" } as const;
    const { id } = await db.agent(admin, { owner_id: owner.id, connection });
    const evil = { kind: "acp" as const, command: "sh", args: ["-c", "env"] };
    await expect(db.agents.configure(owner, id, 1, { connection: evil })).rejects.toEqual(code("FORBIDDEN"));
    expect(await db.agents.configure(owner, id, 1, { connection, description: "same" })).toMatchObject({
      version: 2,
    });
    expect(await db.agents.configure(owner, id, 2, { connection: { kind: "mcp" } })).toMatchObject({
      version: 3,
    });
    expect(await db.agents.configure(admin, id, 3, { connection: evil })).toMatchObject({ connection: evil });
  });

  test("one that drains takes no new work, ends what it has, and says so to its agent", async () => {
    const owner = await db.actorOf("author");
    const { id, self } = await db.agent(admin, { owner_id: owner.id });
    expect(await db.agents.update(owner, id, { draining: true })).toMatchObject({
      status: "draining",
      version: 1,
    });
    await expect(db.agents.mayPropose(id, "test.noop", [])).rejects.toEqual(code("AGENT_DRAINING"));
    await db.agents.mayPropose(id, "test.noop", [], { begun: true });
    const beat = await db.agents.heartbeat(self, id, { active_tasks: 2 });
    expect(beat).toMatchObject({ status: "draining", draining: true, paused: false });
    await db.agents.update(owner, id, { draining: false });
    expect((await db.agents.get(self, id)).status).toBe("active");
    expect((await db.factsOf(id)).map(({ action }) => action)).toEqual([
      ...["agent.created", "agent.drain_begun", "agent.drain_ended"],
    ]);
  });
});

describe("drafts", () => {
  const step = 1 as const;
  test("are kept through every step, belong to one person, and end when the agent is made", async () => {
    const draft = await db.agents.drafts.create(admin, {});
    expect(agentDraft.parse(draft)).toMatchObject({ version: 1, step: 1, input: null });
    const data = { name: "from a draft", connection: { kind: "worker" as const } };
    const saved = await db.agents.drafts.save(admin, draft.id, { version: 1, step: 5, data });
    expect(saved).toMatchObject({ version: 2, step: 5, problems: [], name_taken: false });
    for (const stale of [1, 3]) {
      await expect(db.agents.drafts.save(admin, draft.id, { version: stale, step, data })).rejects.toEqual(
        code("CONFLICT"),
      );
    }
    expect(await db.agents.drafts.get(admin, draft.id)).toEqual(saved);
    await expect(db.agents.drafts.get(other, draft.id)).rejects.toEqual(code("NOT_FOUND"));
    await expect(db.agents.drafts.save(other, draft.id, { version: 2, step, data })).rejects.toEqual(
      code("NOT_FOUND"),
    );
    await db.agents.drafts.remove(other, draft.id);
    expect((await db.agents.drafts.list(other)).drafts).toEqual([]);
    expect((await db.agents.drafts.list(admin)).drafts).toMatchObject([
      { name: "from a draft", problems: 0 },
    ]);

    const input = { ...saved.input!, draft_id: draft.id };
    await expect(db.agents.create(other, { ...input, name: "not mine" })).rejects.toEqual(code("NOT_FOUND"));
    const { agent } = await db.agents.create(admin, input);
    expect(agent).toMatchObject({ name: "from a draft", version: 1 });
    await expect(db.agents.drafts.get(admin, draft.id)).rejects.toEqual(code("NOT_FOUND"));
    await expect(db.agents.create(admin, { ...input, name: "a second one" })).rejects.toEqual(
      code("NOT_FOUND"),
    );
    const again = await db.agents.drafts.create(admin, {});
    const taken = await db.agents.drafts.save(admin, again.id, {
      version: 1,
      step,
      data: { ...data, name: "FROM a draft" },
    });
    expect(taken).toMatchObject({ name_taken: true, input: null, problems: [{ field: "name", step: 1 }] });
  });

  test("begin from a template, another agent or its file; what the file may not hold is named", async () => {
    const [template] = DEFAULT_CATALOGUE.templates;
    const fromTemplate = await db.agents.drafts.create(admin, { from: { template_id: template!.id } });
    expect(fromTemplate.data).toMatchObject({ instructions: template!.instructions, tools: template!.tools });
    await expect(db.agents.drafts.create(admin, { from: { template_id: "none" } })).rejects.toEqual(
      code("NOT_FOUND"),
    );

    const whole = {
      ...{ name: "exported", description: "d", tags: ["t"], provider: "P", model: "m", instructions: "i" },
      connection: { kind: "acp", command: "agent", args: ["--acp"], cwd: "/srv" },
      memory_blocks: [{ label: "l", value: "v", limit: 10, read_only: true }],
      tools: [{ name: "shell", permission: "deny" }],
      ...{ scopes: ["service:*"], task_types: [], capacity: { max_tasks: 2 }, limits: { per_hour: 1.5 } },
      parameters: { temperature: 0, max_tokens: 5 },
    };
    const { id } = await db.agent(admin, whole);
    const file = await db.agents.export(admin, id);
    expect(agentFile.parse(JSON.parse(JSON.stringify(file)))).toEqual(file);
    expect(file.agent).toEqual(agentInput.parse(whole));
    expect(JSON.stringify(file)).not.toContain(id);
    const imported = await db.agents.drafts.create(admin, {
      from: { file: JSON.parse(JSON.stringify(file)) },
    });
    expect(imported).toMatchObject({ name_taken: true });
    const renamed = { ...imported.data, name: "imported" };
    const ready = await db.agents.drafts.save(admin, imported.id, { version: 1, step: 5, data: renamed });
    expect(ready.input).toEqual({ ...file.agent, name: "imported" });
    const copy = await db.agents.drafts.create(admin, { from: { agent_id: id } });
    expect(copy).toMatchObject({ name_taken: false, data: { name: "exported (copy)", tools: whole.tools } });

    for (const bad of [
      {},
      { format: "other/1", agent: {} },
      { ...file, api_key: "k" },
      { ...file, agent: { id } },
    ]) {
      await expect(db.agents.drafts.create(admin, { from: { file: bad } })).rejects.toEqual(
        code("VALIDATION_ERROR"),
      );
    }
    await expect(db.agents.export(await db.actorOf("author"), id)).rejects.toEqual(code("FORBIDDEN"));
  });

  test("are fifty for one person at most", async () => {
    const hoarder = await db.actorOf("admin");
    for (let index = 0; index < 50; index += 1) await db.agents.drafts.create(hoarder, {});
    await expect(db.agents.drafts.create(hoarder, {})).rejects.toEqual(code("TOO_MANY_AGENT_DRAFTS"));
  });
});

describe("the catalogue", () => {
  test("ships good, is replaced whole from the version that one has, and gives tools their titles", async () => {
    const shipped = await db.agents.catalogue();
    expect(shipped).toEqual({ ...catalogueValue.parse(DEFAULT_CATALOGUE), version: 0 });
    const tools = shipped.tools.map((tool) =>
      tool.name === "deploy" ? { ...tool, title: "Ship it" } : tool,
    );
    expect((await db.agents.setCatalogue(admin, { ...shipped, tools })).version).toBe(1);
    await expect(db.agents.setCatalogue(other, shipped)).rejects.toEqual(code("CONFLICT"));
    const { id, self } = await db.agent(admin, { tools: [{ name: "deploy", permission: "allow" }] });
    const summary = agentSummary.parse(await db.agents.summary(self, id));
    expect(summary.alone[0]).toBe("Ship it");
    const { self: stranger } = await db.agent(admin);
    await expect(db.agents.summary(stranger, id)).rejects.toEqual(code("FORBIDDEN"));
  });
});
