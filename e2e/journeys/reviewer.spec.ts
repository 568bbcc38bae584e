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

test("the palette does what the page can do", async ({ author, reviewer }) => {
  const name = unique("palette");
  await taskInReview(author.request, {
    path: `${name}.txt`,
    content: "x",
    description: `Palette ${name}`,
  });
  await reviewer.goto(`/approvals?q=${name}`);
  await expect(reviewer.getByRole("option", { name: new RegExp(name) })).toBeVisible();
  await reviewer.keyboard.press("Control+k");
  const palette = reviewer.getByRole("dialog", { name: "Go to…" });
  await expect(palette.getByRole("option", { name: "Snooze" })).toBeVisible();
  await palette.getByRole("combobox").fill("snooze");
  await reviewer.keyboard.press("Enter");
  await expect(reviewer.getByRole("heading", { name: "Snooze until" })).toBeVisible();
  await reviewer.keyboard.press("Enter");
  await expect(reviewer.getByText(/^Back on /)).toBeVisible();
  await reviewer.goto(`/approvals?section=snoozed&q=${name}`);
  await expect(reviewer.getByRole("option", { name: new RegExp(name) })).toContainText(/in \d/);
});

test("a key of one's own takes the place of the command's, and single letters can be off", async ({
  author,
  browser,
}) => {
  // As somebody whose keys no other journey presses.
  const reviewer = await signedIn(browser, "security");
  const name = unique("remapped");
  await taskInReview(author.request, {
    path: `${name}.txt`,
    content: "x",
    description: `Remapped ${name}`,
  });
  await reviewer.goto("/account");
  await reviewer.getByRole("button", { name: /^Reject: r/ }).click();
  await reviewer.keyboard.press("a");
  await expect(reviewer.getByText("That key is taken by “Approve”.")).toBeVisible();
  await reviewer.getByRole("button", { name: /^Reject: r/ }).click();
  await reviewer.keyboard.press("y");
  await expect(reviewer.getByRole("button", { name: /^Reject: y/ })).toBeVisible();

  await reviewer.goto(`/approvals?q=${name}`);
  await expect(reviewer.getByRole("option", { name: new RegExp(name) })).toBeVisible();
  await reviewer.keyboard.press("y");
  await expect(reviewer.getByRole("heading", { name: "Reject this change" })).toBeVisible();
  await reviewer.keyboard.press("Escape");

  await reviewer.request.patch("/api/v1/me/preferences", { data: { keys: {}, single_keys: false } });
  await reviewer.reload();
  await expect(reviewer.getByRole("option", { name: new RegExp(name) })).toBeVisible();
  await expect(reviewer.locator("footer kbd", { hasText: /^R$/ })).toHaveCount(0);
  await reviewer.keyboard.press("r");
  await expect(reviewer.getByRole("dialog")).toHaveCount(0);
  await reviewer.keyboard.press("Control+k");
  await expect(reviewer.getByRole("dialog")).toBeVisible();
  await reviewer.request.patch("/api/v1/me/preferences", { data: { single_keys: true } });
  await reviewer.context().close();
});

test("a filter stands in the address, narrows the queue, and is kept under a name", async ({
  author,
  reviewer,
}) => {
  const name = unique("filter");
  await taskInReview(author.request, {
    path: `${name}.txt`,
    content: "x",
    description: `Filter ${name}`,
  });
  await reviewer.goto("/approvals");
  await expect(reviewer.getByRole("option").first()).toBeVisible();
  await reviewer.keyboard.press("f");
  const filter = reviewer.getByRole("dialog", { name: "Filter" });
  await filter.getByLabel("Target contains").fill(name);
  await expect(reviewer.getByRole("option", { name: /Filter/ })).toHaveCount(1);
  await expect(reviewer).toHaveURL(new RegExp(`target=${name}`));
  await reviewer.keyboard.press("Escape");
  await reviewer.getByRole("button", { name: "Views" }).click();
  await reviewer.getByRole("menuitem", { name: "Keep this view…" }).click();
  await reviewer.getByLabel("Name").fill(name);
  await reviewer.getByRole("button", { name: "Keep", exact: true }).click();
  await expect(reviewer.getByText(`Kept as “${name}”`)).toBeVisible();
  await reviewer.goto("/approvals");
  await reviewer.getByRole("button", { name: "Views" }).click();
  await reviewer.getByRole("menuitem", { name }).click();
  await expect(reviewer).toHaveURL(new RegExp(`target=${name}`));
  await expect(reviewer.getByRole("option", { name: new RegExp(name) })).toHaveCount(1);
});

test("those who look at the same change see each other, and an edit shows what changed since", async ({
  author,
  reviewer,
  browser,
}) => {
  const name = unique("together");
  const { id } = await taskInReview(author.request, {
    path: `${name}.txt`,
    content: "first\n",
    description: `Together ${name}`,
  });
  const second = await signedIn(browser, "security");
  await second.goto(`/tasks/${id}`);
  await expect(second.getByRole("heading", { name: `Together ${name}`, level: 1 })).toBeVisible();
  await reviewer.goto(`/approvals?q=${name}&item=${id}`);
  await expect(reviewer.getByText(/Sam.* is looking/)).toBeVisible();
  await expect(second.getByText(/Ravi.* is looking/)).toBeVisible();
  await second.context().close();

  await reviewer.keyboard.press("Escape");
  const edited = await author.request.patch(`/api/v1/tasks/${id}`, {
    data: {
      config: {
        type: "configuration.file",
        description: `Together ${name}`,
        resources: [{ type: "configuration", id: `files/${name}.txt`, actions: ["write"] }],
        parameters: { root: "files", path: `${name}.txt`, content: "second\n" },
      },
    },
  });
  expect(edited.ok()).toBe(true);
  const row = reviewer.getByRole("option", { name: new RegExp(name) });
  await expect(row.getByRole("img", { name: "Changed since you looked" })).toBeVisible();
  await reviewer.keyboard.press("Enter");
  const since = reviewer.getByRole("region", { name: "What was edited since you looked" });
  await expect(since).toContainText("first");
  await expect(since).toContainText("second");
});
