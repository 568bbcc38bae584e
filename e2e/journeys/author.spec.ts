import { expect, test, unique } from "../fixtures.ts";

test("an author proposes a change, sees its risk and who has to approve, and submits it", async ({
  author: page,
}) => {
  const name = unique("author");
  await page.goto("/tasks/new");
  await page.getByRole("radio", { name: /configuration\.file/ }).check();
  await page.getByLabel("What should change, and why").fill(`Write ${name}\n\nFor the journey.`);
  const picker = page.getByRole("combobox", { name: "Add a resource" });
  await picker.fill(`configuration:files/${name}.txt`);
  await page.getByRole("option", { name: /as typed/ }).click();
  await page.getByLabel(/^Root/).selectOption("files");
  await page.getByLabel(/^Path/).fill(`${name}.txt`);
  await page.getByLabel(/^Content/).fill("written by the journey\n");

  const forecast = page.getByRole("complementary", { name: "What would happen" });
  await expect(forecast.getByText("Who will have to approve")).toBeVisible();
  await expect(forecast.getByText(/Ravi Menon/)).toBeVisible();

  await page.getByRole("button", { name: "Dry run" }).click();
  await expect(page.getByText("nothing was stored")).toBeVisible();

  await page.getByRole("button", { name: "Create and submit" }).click();
  await expect(page).toHaveURL(/\/tasks\/[0-9a-f-]{36}$/);
  await expect(page.getByText("waiting for 1 reviewer").first()).toBeVisible();
  await expect(page.getByText("written by the journey").first()).toBeVisible();

  // The list finds it by a part of its title, and the filter lives in the address.
  await page.goto(`/tasks?q=${name}`);
  await expect(page.getByRole("link", { name: new RegExp(name) }).first()).toBeVisible();
});

test("a mistake is said at its field and nothing that was typed is lost", async ({ author: page }) => {
  await page.goto("/tasks/new");
  await page.getByRole("radio", { name: /configuration\.file/ }).check();
  await page.getByLabel("What should change, and why").fill("Leave the root");
  await page.getByRole("combobox", { name: "Add a resource" }).fill("configuration:files/x");
  await page.getByRole("option", { name: /as typed/ }).click();
  await page.getByLabel(/^Root/).selectOption("files");
  const path = page.getByLabel(/^Path/);
  await path.fill("../../etc/passwd");
  await page.getByLabel(/^Content/).fill("x");
  await page.getByRole("button", { name: "Create draft" }).click();
  await expect(path).toBeFocused();
  await expect(path).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByRole("alert").filter({ hasText: /path: / })).toBeVisible();
  await page.reload();
  await expect(page.getByLabel("What should change, and why")).toHaveValue("Leave the root");
});

test("an unfinished change is led to what it lacks, field after field", async ({ author: page }) => {
  await page.goto("/tasks/new");
  const submit = page.getByRole("button", { name: "Create and submit" });
  await submit.click();
  await expect(page.getByRole("alert").filter({ hasText: "Choose what kind of change it is" })).toBeVisible();
  const type = page.getByRole("radio", { name: /configuration\.file/ });
  await type.check();
  await page.getByRole("button", { name: /^Remove configuration:/ }).click();
  await submit.click();
  const description = page.getByLabel("What should change, and why");
  await expect(description).toBeFocused();
  await expect(description).toHaveAccessibleDescription("Say what should change, and why");
  await description.fill("Nothing is named yet");
  await submit.click();
  const picker = page.getByRole("combobox", { name: "Add a resource" });
  await expect(picker).toBeFocused();
  await expect(picker).toHaveAccessibleDescription("Add at least one resource that it touches");
  await expect(page).toHaveURL(/\/tasks\/new$/);
});
