import AxeBuilder from "@axe-core/playwright";
import { expect, signedIn, taskInReview, test, unique } from "../fixtures.ts";

test("a reviewer hears of a review at the bell without a reload, and follows it", async ({ browser }) => {
  const reviewer = await signedIn(browser, "reviewer");
  const { unread } = await (await reviewer.request.get("/api/v1/notifications?limit=1")).json();
  await reviewer.goto("/tasks");
  const bell = reviewer.getByRole("button", { name: /^Notifications/ });
  await bell.click();
  const all = reviewer.getByRole("button", { name: "Mark all read" });
  await expect(all).toBeVisible();
  if (unread > 0) await all.click();
  await expect(bell).toHaveAccessibleName("Notifications");
  await reviewer.keyboard.press("Escape");
  await expect(bell).toBeFocused();

  const author = await signedIn(browser, "author");
  const name = unique("told");
  const { id } = await taskInReview(author.request, {
    path: `${name}.txt`,
    content: "one\n",
    description: `Tell of ${name}`,
  });
  await expect(bell).toHaveAccessibleName("Notifications, 1 unread");
  await bell.click();
  const entry = reviewer.getByRole("link", { name: new RegExp(`Review: Tell of ${name}`) });
  await expect(entry).toBeVisible();
  const { violations } = await new AxeBuilder({ page: reviewer }).analyze();
  expect(violations.map(({ id: rule, nodes }) => `${rule}: ${nodes[0]?.html}`)).toEqual([]);
  await entry.click();
  await expect(reviewer).toHaveURL(new RegExp(`/tasks/${id}`));
  await expect(bell).toHaveAccessibleName("Notifications");

  await reviewer.goto("/notifications");
  await expect(reviewer.getByRole("link", { name: new RegExp(`Tell of ${name}`) })).toBeVisible();
  await reviewer.getByRole("button", { name: "Unread" }).click();
  await expect(reviewer.getByText("Nothing is unread")).toBeVisible();
});

test("what one wishes to be told is kept, and holds from then on", async ({ browser }) => {
  const page = await signedIn(browser, "security");
  const askAgain = () =>
    page.request.patch("/api/v1/me/preferences", {
      data: { notify: { asked: { in_app: true, email: false } } },
    });
  // Also what an earlier try may have left.
  await askAgain();
  await page.goto("/account#notifications");
  const box = page.getByRole("checkbox", { name: "A review is asked of me: Here" });
  await expect(box).toBeChecked();
  const stored = page.waitForResponse((response) => response.url().includes("preferences.write"));
  await box.uncheck();
  expect((await stored).ok()).toBe(true);
  await page.reload();
  await expect(box).not.toBeChecked();
  await askAgain();
});

test("an admin puts somebody on call and takes the shift away", async ({ browser }) => {
  const page = await signedIn(browser, "admin");
  await page.goto("/admin?tab=on-call");
  await expect(page.getByText("On call now")).toBeVisible();
  await page.getByRole("button", { name: "New shift" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Who").fill("sam");
  await page.getByRole("option", { name: /Sam Lindqvist/ }).click();
  const note = unique("night");
  await dialog.getByLabel("Note").fill(note);
  await dialog.getByRole("button", { name: "Put on call" }).click();
  await expect(dialog).toBeHidden();
  const shift = page.getByRole("listitem").filter({ hasText: note }).last();
  await expect(shift).toBeVisible();
  await shift.getByRole("button", { name: /Take away/ }).click();
  await expect(page.getByText(note)).toHaveCount(0);
});
