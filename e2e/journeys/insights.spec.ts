import { expect, test } from "../fixtures.ts";

test("insights are drawn with their tables, keep their time in the address, and name only whom one may see", async ({
  admin,
  reviewer,
}) => {
  await admin.goto("/insights");
  await expect(admin.getByRole("img", { name: /hours to a decision/ })).toBeVisible();
  await admin.getByText("As a table").first().click();
  await expect(admin.getByRole("table", { name: "Time to decision, by week" })).toBeVisible();
  await admin.getByLabel("Time", { exact: true }).selectOption("28");
  await expect(admin).toHaveURL(/days=28/);
  await admin.getByRole("tab", { name: "Reviewers" }).click();
  await expect(admin.getByRole("region", { name: "Reviewers", exact: true })).toBeVisible();
  await admin.getByRole("tab", { name: "Risk and outcome" }).click();
  await admin.getByRole("button", { name: /^Train it/ }).click();
  await expect(admin.getByText(/Trained now|Trained .* ago/)).toBeVisible();

  await reviewer.goto("/insights?tab=reviewers");
  await expect(reviewer.getByRole("row", { name: /Ravi Menon/ })).toBeVisible();
  await expect(reviewer.getByText("Sam Lindqvist")).toHaveCount(0);
});
