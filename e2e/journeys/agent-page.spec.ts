import { expect, test, unique } from "../fixtures.ts";

test("settings are saved with a history, permissions are proposed as a task", async ({ admin: page }) => {
  const name = unique("config");
  const made = await page.request.post("/api/v1/agents", {
    data: { name, connection: { kind: "worker" }, tools: [{ name: "deploy", permission: "ask" }] },
  });
  const { id } = (await made.json()).agent;
  await page.goto(`/agents/${id}?tab=config`);
  await page.getByLabel("What it does").fill("Put live what was approved.");
  await expect(page.getByText("1 change, saved at once.")).toBeVisible();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Nothing is changed.")).toBeVisible();
  await page.getByRole("tab", { name: "History" }).click();
  const newest = page.getByRole("list", { name: "Versions, newest first" }).getByRole("listitem").first();
  await expect(newest).toContainText("Ada");
  await expect(newest).toContainText("Put live what was approved.");

  await page.getByRole("tab", { name: /Tools/ }).click();
  const tool = page.getByRole("listitem").filter({ hasText: "deploy" }).first();
  await tool.getByRole("radio", { name: "Allow" }).check();
  await page.getByRole("button", { name: "Propose…" }).click();
  await page.getByRole("dialog").getByLabel("Why").fill("The pipeline is trusted by now.");
  await page.getByRole("dialog").getByRole("button", { name: "Propose" }).click();
  const proposals = page.getByRole("list", { name: "Changes of permissions" });
  await expect(proposals).toContainText("The change of permissions is a task now");
  await proposals.getByRole("link", { name: "Open the task" }).click();
  await expect(page).toHaveURL(/\/tasks\/[0-9a-f-]{36}$/);
  await expect(page.getByText("The pipeline is trusted by now.").first()).toBeVisible();
});

test("what is typed of an agent outlives a look elsewhere, and a wrong field is found wherever it is", async ({
  admin: page,
}) => {
  const made = await page.request.post("/api/v1/agents", {
    data: { name: unique("typed"), connection: { kind: "worker" } },
  });
  const { id, version } = (await made.json()).agent;
  await page.goto(`/agents/${id}?tab=config`);
  const does = page.getByLabel("What it does");
  await does.fill("Typed, not stored.");
  await page.getByRole("tab", { name: /Activity/ }).click();
  await expect(page.getByRole("heading", { name: "About" })).toBeVisible();
  await page.getByRole("tab", { name: /Configuration.*changed/ }).click();
  await expect(does).toHaveValue("Typed, not stored.");

  // Neither a link nor Back takes it away unasked.
  await page.getByRole("link", { name: "Tasks", exact: true }).first().click();
  const question = page.getByRole("dialog", { name: "Leave without storing?" });
  await expect(question.getByRole("button", { name: "Stay" })).toBeFocused();
  await question.getByRole("button", { name: "Stay" }).click();
  await expect(page).toHaveURL(new RegExp(`/agents/${id}`));
  await expect(does).toHaveValue("Typed, not stored.");

  // A version from elsewhere moves under it, field by field.
  await page.request.patch(`/api/v1/agents/${id}/settings`, {
    data: { version, instructions: "Stored elsewhere." },
  });
  await page.getByRole("tab", { name: "System" }).click();
  await expect(page.getByRole("textbox", { name: "Instructions" })).toHaveValue("Stored elsewhere.", {
    timeout: 30_000,
  });

  // Saving from one part leads to what is wrong on another.
  await page.getByRole("tab", { name: /Environment/ }).click();
  await page.getByLabel("Tasks at a time").fill("0");
  await page.getByRole("tab", { name: /Settings/ }).click();
  await expect(does).toHaveValue("Typed, not stored.");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByLabel("Tasks at a time")).toBeFocused();
  await expect(page.getByRole("alert").getByText("One thing has to be mended")).toBeVisible();
  await page.getByLabel("Tasks at a time").fill("10");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Nothing is changed.")).toBeVisible();
  await page.getByRole("link", { name: "Tasks", exact: true }).first().click();
  await expect(page).toHaveURL(/\/tasks/);
});

test("what is final is asked for by name: a key, a retired agent; a new key is not lost by Escape", async ({
  admin: page,
}) => {
  const name = unique("final");
  const made = await page.request.post("/api/v1/agents", { data: { name, connection: { kind: "worker" } } });
  const { id } = (await made.json()).agent;
  await page.goto(`/agents/${id}?tab=access`);
  await page.getByRole("button", { name: "New key" }).click();
  await page.getByRole("dialog").getByLabel("Name").fill("second");
  // A wrong end is told at its field: it is no key without one.
  const days = page.getByLabel("Days until it ends");
  await days.fill("0");
  await page.getByRole("button", { name: "Make key" }).click();
  await expect(days).toHaveAttribute("aria-invalid", "true");
  await days.fill("30");
  await page.getByRole("button", { name: "Make key" }).click();
  const told = page.getByRole("dialog", { name: "Your new key" });
  await expect(told.getByLabel("API key", { exact: true })).toHaveValue(/^ade_/);
  await page.keyboard.press("Escape");
  await expect(told).toBeVisible();
  await told.getByRole("button", { name: "I have stored it" }).click();
  await page.getByRole("button", { name: "Revoke second" }).click();
  await page.getByRole("dialog", { name: "Revoke second?" }).getByRole("button", { name: "Revoke" }).click();
  await expect(page.getByText("second is revoked")).toBeVisible();
  await expect(page.getByRole("button", { name: "Revoke second" })).toHaveCount(0);

  // Pressed again, a toggle that stays where it was lets it go on.
  const pause = page.getByRole("button", { name: `Pause ${name}` });
  await pause.click();
  await expect(pause).toHaveAttribute("aria-pressed", "true");
  await expect(pause).toBeFocused();
  await pause.click();
  await expect(pause).toHaveAttribute("aria-pressed", "false");

  await page.getByRole("button", { name: `More of ${name}` }).click();
  await page.getByRole("menuitem", { name: "Retire…" }).click();
  const retire = page.getByRole("dialog", { name: "Retire this agent" });
  await expect(retire.getByRole("button", { name: "Retire" })).toBeDisabled();
  await retire.getByLabel("Type its name to go on").fill(name);
  await retire.getByRole("button", { name: "Retire" }).click();
  await expect(page.getByText("Retired.")).toBeVisible();
  await expect(pause).toHaveCount(0);
  await expect(page.getByRole("button", { name: "New key" })).toHaveCount(0);
  await page.getByRole("button", { name: "Bring it back" }).click();
  await expect(page.getByText("Retired.")).toHaveCount(0);
  // No key of its life before opens anything.
  await expect(page.getByRole("button", { name: "New key" })).toBeVisible();
  await expect(page.getByRole("button", { name: /^Revoke / })).toHaveCount(0);
});
