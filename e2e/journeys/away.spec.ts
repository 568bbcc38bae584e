import { killApi } from "../api-process.ts";
import { expect, taskInReview, test, unique } from "../fixtures.ts";

/** What ui.md gives a window to notice, either way. */
const NOTICED = { timeout: 5_000 };

test("the API is killed under an open inbox: it says so, keeps what it shows, acts on nothing, and mends itself", async ({
  author,
  reviewer,
}) => {
  const name = unique("away");
  const first = await taskInReview(author.request, {
    path: `${name}-one.txt`,
    content: "one\n",
    description: `One ${name}`,
  });
  await reviewer.goto(`/approvals?q=${name}`);
  const rows = reviewer.getByRole("option", { name: new RegExp(name) });
  await expect(rows).toHaveCount(1);
  await reviewer.keyboard.press("j");
  await reviewer.keyboard.press("Enter");
  const panel = reviewer.getByRole("complementary", { name: "What is to be decided" });
  await expect(panel.getByText("Why you")).toBeVisible();
  const banner = reviewer.getByText("The server does not answer.");
  await expect(banner).toBeHidden();

  const api = killApi();
  try {
    await expect(banner).toBeVisible(NOTICED);
    await expect(reviewer.getByText(/last updated .* ago/)).toBeVisible();
    await expect(rows).toHaveCount(1);
    await expect(panel.getByText("Why you")).toBeVisible();
    await expect(panel.getByRole("button", { name: "Approve" })).toBeDisabled();
    await reviewer.keyboard.press("a");
    await expect(reviewer.getByText(/undo/i)).toHaveCount(0);
    await expect(reviewer.getByText(/not found/i)).toHaveCount(0);
  } finally {
    api.back();
  }
  await expect(async () => {
    expect((await author.request.get("/api/health/ready")).ok()).toBe(true);
  }).toPass({ timeout: 60_000 });
  await expect(banner).toBeHidden(NOTICED);

  // Nothing was decided meanwhile, and what comes now arrives by itself.
  const { state } = await (await author.request.get(`/api/v1/tasks/${first.id}`)).json();
  expect(state).toBe("REVIEWING");
  await taskInReview(author.request, {
    path: `${name}-two.txt`,
    content: "two\n",
    description: `Two ${name}`,
  });
  await expect(rows).toHaveCount(2);
  await reviewer.keyboard.press("a");
  await expect(reviewer.getByText(/undo/i).first()).toBeVisible();
});
