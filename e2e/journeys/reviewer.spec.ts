import { expect, signedIn, taskInReview, test, unique } from "../fixtures.ts";

test("a reviewer decides from the keyboard, and every window sees it without a reload", async ({
  author,
  reviewer,
  browser,
}) => {
  const name = unique("keyboard");
  const { id } = await taskInReview(author.request, {
    path: `${name}.txt`,
    content: "approved from the keyboard\n",
    description: `Keyboard ${name}`,
  });
  const watcher = await signedIn(browser, "author");
  await watcher.goto(`/tasks/${id}`);
  await expect(watcher.getByText("waiting for 1 reviewer").first()).toBeVisible();

  await reviewer.goto(`/approvals?q=${name}`);
  const row = reviewer.getByRole("option", { name: new RegExp(name) });
  await expect(row).toBeVisible();
  await reviewer.keyboard.press("j");
  await reviewer.keyboard.press("Enter");
  const panel = reviewer.getByRole("complementary", { name: "What is to be decided" });
  await expect(panel.getByText("Why you")).toBeVisible();
  await expect(panel.getByText("approved from the keyboard")).toBeVisible();
  await reviewer.keyboard.press("a");
  await expect(reviewer.getByText(/undo/i).first()).toBeVisible();

  // Undone within its time, it is open again; then given for good.
  await reviewer.keyboard.press("z");
  await expect(row).toContainText("0 of 1");
  await reviewer.keyboard.press("a");
  await expect(watcher.getByText(/completed|success/i).first()).toBeVisible({ timeout: 30_000 });
  await watcher.context().close();
});

test("a rejection asks for its reason and reaches the author", async ({ author, reviewer }) => {
  const name = unique("reject");
  const { id } = await taskInReview(author.request, {
    path: `${name}.txt`,
    content: "x",
    description: `Reject ${name}`,
  });
  await author.goto(`/tasks/${id}`);
  await reviewer.goto(`/approvals?q=${name}`);
  await expect(reviewer.getByRole("option", { name: new RegExp(name) })).toBeVisible();
  await reviewer.keyboard.press("j");
  await reviewer.keyboard.press("r");
  const dialog = reviewer.getByRole("dialog");
  await dialog.getByRole("textbox").fill("Not this week");
  await reviewer.keyboard.press("Control+Enter");
  await expect(dialog).toBeHidden();
  await expect(author.getByText("Not this week").first()).toBeVisible({ timeout: 30_000 });
});

test("the keys are listed by ?", async ({ reviewer }) => {
  await reviewer.goto("/approvals");
  await expect(reviewer.getByRole("heading", { name: "Inbox" })).toBeVisible();
  await reviewer.keyboard.press("?");
  await expect(reviewer.getByRole("dialog").getByText("Request changes")).toBeVisible();
});
