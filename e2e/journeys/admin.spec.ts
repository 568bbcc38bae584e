import { expect, test, unique } from "../fixtures.ts";

test("an admin sees who holds what and takes a lock away, with reason and typed name", async ({ admin }) => {
  const name = unique("held").toLowerCase();
  const made = await admin.request.post("/api/v1/agents", { data: { name, connection: { kind: "worker" } } });
  expect(made.status()).toBe(201);
  const { api_key } = await made.json();
  const taken = await admin.request.post("/api/v1/locks/acquire", {
    headers: { authorization: `Bearer ${api_key}` },
    data: {
      resource_type: "resource",
      resource_id: `database:demo-prod/${name}`,
      ttl_seconds: 120,
      purpose: "journey",
    },
  });
  expect(taken.status()).toBe(201);
  await admin.goto("/locks");
  const row = admin.getByRole("row").filter({ hasText: name });
  await expect(row).toContainText("journey");
  await row.getByRole("button", { name: /Force the release/ }).click();
  const dialog = admin.getByRole("dialog");
  await dialog.getByLabel("Reason").fill("The holder hangs");
  await dialog.getByLabel("Type its name to go on").fill(`database:demo-prod/${name}`);
  await dialog.getByRole("button", { name: "Release it" }).click();
  await expect(row).toBeHidden();

  await admin.goto("/audit?action=lock.force_released");
  await expect(admin.getByText("The holder hangs").first()).toBeVisible();
  await expect(admin.getByText(/entries verified/)).toBeVisible();
});

test("locks are not for authors, and the page says so", async ({ author }) => {
  await author.goto("/locks");
  await expect(author.getByText("Not for your role")).toBeVisible();
});

test("signing in by the form leads to the inbox", async ({ page }) => {
  await page.goto("/approvals");
  await expect(page).toHaveURL(/\/sign-in/);
  await page.getByLabel("E-mail address").fill("ada@demo.local");
  await page.getByLabel("Password").fill("demo-ada-admin");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Inbox" })).toBeVisible();
});
