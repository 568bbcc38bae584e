import { expect, test } from "../fixtures.ts";

test("signing in by the form leads to the inbox", async ({ page }) => {
  await page.goto("/approvals");
  await expect(page).toHaveURL(/\/sign-in/);
  await page.getByLabel("E-mail address").fill("ada@demo.local");
  await page.getByLabel("Password").fill("demo-ada-admin");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Inbox" })).toBeVisible();
});
