import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Page } from "@playwright/test";
import { expect, newAgent, test, unique } from "../fixtures.ts";

/** A worker process with one thing to do: it says that it lives, until it is killed. */
const WORKER = `
const { ADE_URL, ADE_API_KEY, AGENT_ID } = process.env;
for (;;) {
  const answer = await fetch(ADE_URL + "/api/v1/agents/" + AGENT_ID + "/heartbeat", {
    method: "POST",
    headers: { authorization: "Bearer " + ADE_API_KEY, "content-type": "application/json" },
    body: JSON.stringify({ active_tasks: 2, metrics: { queue: 3 } }),
  });
  if (!answer.ok) process.exit(1);
  await new Promise((resolve) => setTimeout(resolve, 5000));
}`;

/** Silence after which an agent is stale, and what its telling may take. */
const STALE_WITHIN_MS = 45_000;

function startWorker(key: string, agentId: string, url: string): ChildProcess {
  return spawn(process.execPath, ["--input-type=module", "--eval", WORKER], {
    env: { PATH: process.env.PATH, ADE_URL: url, ADE_API_KEY: key, AGENT_ID: agentId },
    stdio: "ignore",
  });
}

const step = (page: Page, name: RegExp) => page.getByRole("heading", { level: 2, name });

test("a new agent by the wizard: a mistake, Back and a reload on the way; its worker makes it active, its end stale", async ({
  admin: page,
  baseURL,
}) => {
  test.setTimeout(180_000);
  const name = unique("wizard");
  await newAgent(page.request, `${name}-taken`);
  await page.goto("/agents");
  await page.getByRole("link", { name: "New agent" }).click();

  // 1: a name that is too short, then one that somebody has, each said at the field.
  await expect(step(page, /Identity/)).toBeVisible();
  const nameField = page.getByLabel("Name", { exact: true });
  await nameField.fill("x");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert").getByText("At least 2 characters")).toBeVisible();
  await expect(nameField).toBeFocused();
  await expect(nameField).toHaveAttribute("aria-invalid", "true");
  await nameField.fill(`${name}-taken`);
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert").getByText(/name/i).first()).toBeVisible();
  await expect(step(page, /Identity/)).toBeVisible();
  await nameField.fill(name);
  await page.getByLabel("What it does").fill("Sends heartbeats for the journey.");
  await page.keyboard.press("Tab");
  await page.getByRole("button", { name: "Next" }).click();

  // 2: the heading has the focus; the model is searched by keyboard.
  await expect(step(page, /Model and connection/)).toBeFocused();
  await expect(page).toHaveURL(/draft=[0-9a-f-]{36}/);
  await page.getByRole("radio", { name: /Worker/ }).check();
  await page.getByRole("combobox", { name: "Model" }).fill("journey-model-1");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Next" }).click();

  // 3: Back loses nothing, and neither does a reload.
  await expect(step(page, /Instructions and memory/)).toBeFocused();
  await page.getByRole("textbox", { name: "Instructions" }).fill("Say that you live.");
  await page.getByRole("button", { name: "Add a block" }).click();
  await page.getByRole("textbox", { name: "Label" }).fill("house rules");
  await page.getByLabel("What it says").fill("Be kind.");
  await page.getByRole("button", { name: "Back" }).click();
  await expect(step(page, /Model and connection/)).toBeFocused();
  await expect(page.getByRole("combobox", { name: "Model" })).toHaveValue("journey-model-1");
  await page.goBack();
  await expect(step(page, /Instructions and memory/)).toBeVisible();
  await expect(page.getByText("Draft saved")).toBeVisible();
  await page.reload();
  await expect(page.getByRole("textbox", { name: "Instructions" })).toHaveValue("Say that you live.");
  await expect(page.getByRole("textbox", { name: "Label" })).toHaveValue("house rules");
  await page.getByRole("button", { name: "Next" }).click();

  // 4: a tool by search, and what follows from allowing it.
  await expect(step(page, /Tools and permissions/)).toBeFocused();
  await page.getByRole("searchbox", { name: "Search tools" }).fill("run_command");
  const tool = page.getByRole("listitem").filter({ hasText: "run_command" });
  await tool.getByRole("radio", { name: "Deny" }).check();
  await expect(tool).toContainText("Refused at once");
  await page
    .getByRole("group", { name: "Resources it may touch" })
    .getByRole("radio", { name: /None/ })
    .check();
  await page.getByRole("button", { name: "Next" }).click();

  // 5: the whole, in cards and in one sentence; a card leads back to its step.
  await expect(step(page, /Limits and review/)).toBeFocused();
  const review = page.getByRole("region", { name: "Review" });
  await expect(review).toContainText("house rules");
  await expect(review).toContainText("none: it may only watch");
  await expect(page.getByRole("region", { name: "What it may do" })).toContainText(name);
  await review.getByRole("link", { name: "Edit identity" }).click();
  await expect(nameField).toHaveValue(name);
  await page.goBack();
  await page.getByLabel("Tasks at a time").fill("10");
  await page.getByRole("button", { name: "Make the agent and its key" }).click();

  await expect(step(page, new RegExp(`${name} is made`))).toBeFocused();
  const key = await page.getByLabel("API key", { exact: true }).inputValue();
  expect(key).toMatch(/^ade_/);
  await expect(page.getByText("Waiting for its first heartbeat")).toBeVisible();
  await page.getByRole("link", { name: "I have stored the key" }).click();
  await expect(page).toHaveURL(/\/agents\/[0-9a-f-]{36}$/);
  const id = new URL(page.url()).pathname.split("/").at(-1) ?? "";
  await expect(page.getByRole("heading", { level: 1, name })).toBeVisible();

  // Its card follows by itself what its process does.
  await page.goto(`/agents?q=${name}`);
  const card = page.getByRole("listitem").filter({ has: page.getByRole("link", { name, exact: true }) });
  await expect(card.getByText("Never seen", { exact: true })).toBeVisible();
  const worker = startWorker(key, id, baseURL ?? "");
  try {
    await expect(card.getByText("Active", { exact: true })).toBeVisible();
    await expect(card.getByText("2 of 10")).toBeVisible();
    worker.kill("SIGKILL");
    await once(worker, "exit");
    await expect(card.getByText("Stale", { exact: true })).toBeVisible({ timeout: STALE_WITHIN_MS });
  } finally {
    worker.kill("SIGKILL");
  }
});

test("the admin keeps what the wizard offers", async ({ admin: page }) => {
  const tool = unique("tool").replaceAll("-", "_");
  await page.goto("/admin?tab=agents");
  await page.getByRole("button", { name: "New tool" }).click();
  const form = page.getByRole("dialog", { name: "New tool" });
  await form.getByLabel("Name").fill(tool);
  await form.getByLabel("Group").fill("Of the journey");
  await page.keyboard.press("Control+Enter");
  const group = page.getByRole("list", { name: "Of the journey" });
  await expect(group).toContainText(tool);
  await page.goto("/agents/new?step=4");
  await expect(page.getByRole("region", { name: "Of the journey" })).toContainText(tool);
  await page.goto("/admin?tab=agents");
  await group.getByRole("button", { name: `Take out ${tool}` }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Take out" }).click();
  await expect(group).toHaveCount(0);
});
