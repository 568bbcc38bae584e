import { expect, signedIn, test } from "../fixtures.ts";

const VALUE = "the-value-that-nobody-reads-back";

test("an admin adds a secret, a task names it, and nobody sees its value again", async ({ browser }) => {
  const page = await signedIn(browser, "admin");
  await page.goto("/admin?tab=secrets");
  await expect(page.getByText("No secrets yet")).toBeVisible();

  await page.getByRole("button", { name: "New secret" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("Payments_Token");
  await expect(dialog.getByText("secret://payments-token")).toBeVisible();
  await dialog.getByLabel("What it is for").fill("Calls of the payments service");
  await dialog.getByLabel("Value").fill("short");
  await dialog.getByRole("button", { name: "Add secret" }).click();
  await expect(dialog.getByText(/at least 6 characters/)).toBeVisible();
  await dialog.getByLabel("Value").fill(VALUE);
  await dialog.getByLabel("Only for task types").fill("configuration.*");
  await page.keyboard.press("Enter");
  await dialog.getByRole("button", { name: "Add secret" }).click();
  const row = page.getByRole("list", { name: "Secrets" }).getByRole("listitem");
  await expect(row).toContainText("payments-token");
  await expect(row).toContainText("only configuration.*");
  await expect(row).toContainText("never used");

  const author = await signedIn(browser, "author");
  const created = await author.request.post("/api/v1/tasks", {
    data: {
      config: {
        type: "configuration.file",
        description: "Give the service its token",
        resources: [{ type: "configuration", id: "files/secret.conf", actions: ["write"] }],
        parameters: { root: "files", path: "secret.conf", content: "token = secret://payments-token\n" },
      },
    },
  });
  const { id } = await created.json();
  expect((await author.request.post(`/api/v1/tasks/${id}/submit`)).status()).toBe(202);
  await author.goto(`/tasks/${id}`);
  await expect(author.getByText("token = ••••••").first()).toBeVisible();
  expect(await author.content()).not.toContain(VALUE);

  await row.getByRole("button", { name: "New version" }).click();
  await dialog.getByLabel("Value").fill(`${VALUE}-2`);
  await dialog.getByRole("button", { name: "Add version" }).click();
  await expect(row).toContainText("Version 2");
  await row.getByRole("button", { name: "Details" }).click();
  await expect(dialog.getByRole("link", { name: "Give the service its token" })).toBeVisible();
  await expect(dialog.getByRole("list", { name: "Versions" }).getByRole("listitem")).toHaveCount(2);
  await dialog.getByRole("button", { name: "Delete version 1" }).click();
  await page.getByRole("button", { name: "Delete version", exact: true }).click();
  await expect(dialog.getByRole("list", { name: "Versions" }).getByRole("listitem")).toHaveCount(1);
  await page.keyboard.press("Escape");

  await row.getByRole("button", { name: "Delete" }).click();
  await expect(dialog.getByText("Give the service its token")).toBeVisible();
  await expect(dialog.getByRole("button", { name: "Delete secret" })).toBeDisabled();
  await dialog.getByLabel("Type its name to go on").fill("payments-token");
  await dialog.getByRole("button", { name: "Delete secret" }).click();
  await expect(page.getByText("No secrets yet")).toBeVisible();
});
