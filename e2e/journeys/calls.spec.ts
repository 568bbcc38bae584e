import type { APIRequestContext, Page } from "@playwright/test";
import { expect, newAgent, signedIn, test, unique } from "../fixtures.ts";

type Agent = Awaited<ReturnType<typeof newAgent>>;

/** An agent asks whether it may edit a file of its workspace; answers with the task that the question is. */
async function ask(
  request: APIRequestContext,
  agent: Agent,
  { workspace, path, text }: { workspace: string; path: string; text: string },
): Promise<{ id: string; state: string }> {
  const created = await request.post("/api/v1/tasks", {
    ...agent,
    data: {
      config: {
        type: "agent.tool_call",
        description: `Edit ${path} in ${workspace}`,
        resources: [{ type: "service", namespace: "tools", id: "edit_file", actions: ["execute"] }],
        rollback_strategy: "none",
        parameters: {
          ...{ tool: "edit_file", kind: "edit", title: `Edit ${path} in ${workspace}`, takes_changes: true },
          arguments: { path: `/repo/${path}`, text },
          workspace: { name: workspace, root: "/repo" },
        },
      },
    },
  });
  expect(created.status()).toBe(201);
  const submitted = await request.post(`/api/v1/tasks/${(await created.json()).id}/submit`, agent);
  expect(submitted.ok()).toBe(true);
  return submitted.json();
}

/** Waits until the agent may, and tells that it did. */
async function run(request: APIRequestContext, agent: Agent, id: string): Promise<void> {
  const let_ = await request.get(`/api/v1/tasks/${id}/wait?states=APPLYING&wait_seconds=30`, agent);
  expect((await let_.json()).state).toBe("APPLYING");
  const ended = await request.post(`/api/v1/tasks/${id}/end`, { ...agent, data: { outcome: "completed" } });
  expect(ended.ok()).toBe(true);
}

/** Opens what waits in the reviewer's inbox and one of the answers beside yes and no. */
async function moreAnswers(page: Page, name: string, answer: RegExp): Promise<void> {
  await page.goto(`/approvals?q=${name}`);
  await page.getByRole("option", { name: new RegExp(name) }).click();
  await page.getByRole("button", { name: "More answers" }).click();
  await page.getByRole("menuitem", { name: answer }).click();
}

test("a call is allowed always: the next like it passes and is counted, another asks, and taken back it asks again", async ({
  admin,
  reviewer,
}) => {
  const workspace = unique("always");
  const { request } = admin;
  const agent = await newAgent(request, workspace);
  const edit = (path: string) => ask(request, agent, { workspace, path, text: "a\n" });

  const first = await edit("notes.md");
  expect(first.state).toBe("REVIEWING");
  await moreAnswers(reviewer, workspace, /allow always/);
  const dialog = reviewer.getByRole("dialog");
  await dialog.getByRole("checkbox", { name: /Allow calls like it/ }).check();
  await dialog.getByLabel("For how long").selectOption({ label: "for a day" });
  await dialog.getByRole("button", { name: "Approve and allow" }).click();
  await expect(dialog).toBeHidden();
  await run(request, agent, first.id);

  const second = await edit("notes.md");
  expect(["APPROVED", "APPLYING"]).toContain(second.state);
  await run(request, agent, second.id);
  expect((await edit("other.md")).state).toBe("REVIEWING");

  await admin.goto(`/agents?q=${workspace}`);
  await admin.getByRole("link", { name: workspace, exact: true }).click();
  await admin.getByRole("tab", { name: "Grants and keys" }).click();
  const grant = admin.getByRole("list", { name: "Grants" }).getByRole("listitem");
  await expect(grant).toHaveCount(1);
  await expect(grant).toContainText(`${workspace}/notes.md`);
  await expect(grant).toContainText("used once");
  await expect(grant).toContainText("by Ravi");
  await grant.getByRole("button", { name: "Take back edit_file" }).click();
  await admin.getByRole("dialog").getByRole("button", { name: "Take back" }).click();
  await expect(grant).toContainText("taken back");
  expect((await edit("notes.md")).state).toBe("REVIEWING");
});

test("a reviewer changes what an agent will run; somebody else approves it, and the agent is given that", async ({
  admin,
  reviewer,
  browser,
}) => {
  const workspace = unique("arguments");
  const { request } = admin;
  const agent = await newAgent(request, workspace);
  const { id } = await ask(request, agent, { workspace, path: "notes.md", text: "typo\n" });
  await moreAnswers(reviewer, workspace, /Change arguments/);
  const dialog = reviewer.getByRole("dialog");
  const code = dialog.getByLabel("Arguments, as JSON");
  await code.fill('{ "path": "/repo/notes.md", "text": ');
  await expect(dialog.getByText("not valid JSON yet")).toBeVisible();
  await code.fill(JSON.stringify({ path: "/repo/notes.md", text: "mended\n" }));
  await dialog.getByLabel("Why").fill("There was a typing error in it.");
  await dialog.getByRole("button", { name: "Change and review anew" }).click();
  await expect(dialog).toBeHidden();

  // Whoever wrote them does not let them pass.
  await reviewer.goto(`/tasks/${id}`);
  await expect(reviewer.getByText("There was a typing error in it.").first()).toBeVisible();
  await expect(reviewer.getByRole("button", { name: "Decide" })).toBeHidden();

  const other = await signedIn(browser, "security");
  await other.goto(`/approvals?q=${workspace}`);
  await other.getByRole("option", { name: new RegExp(workspace) }).click();
  const panel = other.getByRole("complementary", { name: "What is to be decided" });
  await expect(panel).toContainText("mended");
  await panel
    .getByRole("button", { name: /^Approve/ })
    .first()
    .click();
  await run(request, agent, id);
  await other.context().close();
  const task = await (await request.get(`/api/v1/tasks/${id}`, agent)).json();
  expect(task.config.parameters.arguments).toEqual({ path: "/repo/notes.md", text: "mended\n" });
});
