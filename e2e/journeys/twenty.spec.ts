import type { Page } from "@playwright/test";
import { expect, taskInReview, test, unique } from "../fixtures.ts";

const COUNT = 20;
/** Undo time and the worker's work after it, on a busy machine. */
const SETTLED_MS = 60_000;

/** Pictures of each step, in the order of the journey, beside the other results. */
function camera(page: Page) {
  let step = 0;
  return (name: string) =>
    page.screenshot({
      path: test.info().outputPath(`${String(++step).padStart(2, "0")}-${name}.png`),
      animations: "disabled",
    });
}

test.use({ viewport: { width: 1440, height: 900 } });

test("a reviewer clears twenty approvals without the mouse", async ({ author, reviewer }) => {
  test.setTimeout(240_000);
  const name = unique("twenty");
  const ids: string[] = [];
  for (let place = 1; place <= COUNT; place++) {
    const label = `${name}-${String(place).padStart(2, "0")}`;
    const { id } = await taskInReview(author.request, {
      path: `${label}.txt`,
      content: `setting = ${place}\n`,
      description: `Set ${label}`,
    });
    ids.push(id);
  }
  await reviewer.addInitScript({
    content: `window.pointerUses = 0;
      for (const kind of ["pointerdown", "mousedown", "touchstart"]) addEventListener(kind, () => window.pointerUses++, true);`,
  });
  const picture = camera(reviewer);
  const rows = reviewer.getByRole("option");
  const press = (key: string) => reviewer.keyboard.press(key);

  await reviewer.goto(`/approvals?q=${name}`);
  await expect(rows).toHaveCount(COUNT);
  await picture("queue");

  // Opened, read, approved; taken back within its time, and given again.
  await press("j");
  await press("Enter");
  const panel = reviewer.getByRole("complementary", { name: "What is to be decided" });
  await expect(panel.getByText("Why you")).toBeVisible();
  await expect(panel.getByText(/setting = /)).toBeVisible();
  await picture("opened");
  await press("a");
  await expect(rows).toHaveCount(COUNT - 1);
  const messages = reviewer.getByRole("list", { name: "Messages" });
  await expect(messages.getByText(/^Approved: /)).toBeVisible();
  await picture("approved");
  await press("z");
  await expect(messages.getByText("Taken back")).toBeVisible();
  await expect(rows).toHaveCount(COUNT);
  await picture("taken-back");
  await press("a");
  await expect(rows).toHaveCount(COUNT - 1);

  // One is rejected, with its reason.
  await press("r");
  const dialog = reviewer.getByRole("dialog");
  await expect(dialog.getByRole("heading", { name: "Reject this change" })).toBeVisible();
  await expect(dialog.getByRole("textbox")).toBeFocused();
  await reviewer.keyboard.type("Not before the audit is over");
  await picture("rejection");
  await press("Control+Enter");
  await expect(rows).toHaveCount(COUNT - 2);

  // One is passed on.
  await press("d");
  await expect(dialog.getByRole("heading", { name: "Delegate this approval" })).toBeVisible();
  await expect(dialog.getByRole("combobox")).toBeFocused();
  await reviewer.keyboard.type("sam");
  await expect(reviewer.getByRole("option", { name: /Sam/ })).toBeVisible();
  await press("Enter");
  await expect(dialog.getByRole("combobox")).toHaveValue(/Sam/);
  await press("Tab");
  await reviewer.keyboard.type("You know this file");
  await picture("delegation");
  await press("Control+Enter");
  await expect(rows).toHaveCount(COUNT - 3);
  await press("Escape");
  await expect(panel).toBeHidden();

  // Five at once, named exactly before they are.
  await press("x");
  for (let more = 0; more < 4; more++) await press("Shift+J");
  await press("a");
  await expect(dialog.getByRole("heading", { name: /^Approve 5 changes: / })).toBeVisible();
  const go = dialog.getByRole("button", { name: "Approve 5" });
  await expect(go).toBeFocused();
  await picture("five-at-once");
  await press("Enter");
  await expect(rows).toHaveCount(COUNT - 8);
  await picture("five-answered");

  // The rest, one key each.
  for (let left = COUNT - 8; left > 0; left--) {
    await press("a");
    await expect(rows).toHaveCount(left - 1);
  }
  await expect(reviewer.getByText(`Nothing matches “${name}”`)).toBeVisible();
  await picture("cleared");

  expect(await reviewer.evaluate("window.pointerUses")).toBe(0);
  const answers = async () => {
    const counts: Record<string, number> = {};
    for (const id of ids) {
      const answer = await reviewer.request.get(`/api/v1/tasks/${id}/view`);
      const { mine } = await answer.json();
      counts[mine.status] = (counts[mine.status] ?? 0) + 1;
    }
    return counts;
  };
  expect(await answers()).toEqual({ APPROVED: COUNT - 2, REJECTED: 1, DELEGATED: 1 });
  const states = async () => {
    const found = await Promise.all(
      ids.map(async (id) => (await (await author.request.get(`/api/v1/tasks/${id}`)).json()).state as string),
    );
    return Object.fromEntries(
      ["COMPLETED", "REJECTED", "REVIEWING"].map((state) => [
        state,
        found.filter((each) => each === state).length,
      ]),
    );
  };
  await expect
    .poll(states, { timeout: SETTLED_MS })
    .toEqual({ COMPLETED: COUNT - 2, REJECTED: 1, REVIEWING: 1 });
});
