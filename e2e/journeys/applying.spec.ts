import type { APIRequestContext, Page } from "@playwright/test";
import { expect, signedIn, taskInReview, test, unique } from "../fixtures.ts";

/** The reviewer's yes to a task in review, through the API. */
async function approve(reviewer: APIRequestContext, id: string): Promise<void> {
  const view = await (await reviewer.get(`/api/v1/tasks/${id}`)).json();
  const me = (await (await reviewer.get("/api/v1/me")).json()) as { id: string };
  const own = view.approvals.find(
    (approval: { reviewer_id: string; status: string }) =>
      approval.reviewer_id === me.id && approval.status === "PENDING",
  );
  const answer = await reviewer.post(`/api/v1/approvals/${own.id}/respond`, { data: { action: "approve" } });
  expect(answer.ok()).toBe(true);
}

async function file(page: Page, path: string, content: string) {
  return taskInReview(page.request, { path, content, description: `Write ${path}\n\nFor the journey.` });
}

test("what is applied prints as it goes, is searched and downloaded, and stays", async ({
  author: page,
  browser,
}) => {
  const name = unique("stream");
  const lines = Array.from({ length: 40 }, (_, line) => `step ${line + 1} of 40: ${name}`);
  const created = await page.request.post("/api/v1/tasks", {
    data: {
      config: {
        type: "test.noop",
        description: `Stream ${name}`,
        resources: [{ type: "service", id: name, actions: ["execute"] }],
        parameters: { sleep_ms: 12_000, output: `${lines.join("\n")}\n` },
      },
    },
  });
  const { id } = await created.json();
  await page.request.post(`/api/v1/tasks/${id}/submit`);
  const reviewer = await signedIn(browser, "reviewer");
  await page.goto(`/tasks/${id}`);
  await approve(reviewer.request, id);

  const output = page.getByRole("region", { name: "Output" });
  await expect(output).toContainText("step 1 of 40");
  await expect(output).not.toContainText("step 40 of 40");
  // Somebody who comes late sees what was printed before, and then the rest.
  await reviewer.goto(`/tasks/${id}`);
  const late = reviewer.getByRole("region", { name: "Output" });
  await expect(late).toContainText("step 1 of 40");
  await expect(output).toContainText("step 40 of 40", { timeout: 20_000 });
  await expect(late).toContainText("step 40 of 40");
  for (const screen of [output, late]) {
    await expect.poll(async () => (await screen.textContent())?.trim().split("\n")).toEqual(lines);
  }
  await expect(page.getByRole("heading", { name: "Outcome" })).toBeVisible();

  await page.getByLabel("Search in the output").fill("STEP 3");
  await expect(page.getByText("1 of 11")).toBeVisible();
  await page.getByLabel("Search in the output").press("Enter");
  await expect(page.getByText("2 of 11")).toBeVisible();
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download the output" }).click();
  expect((await download).suggestedFilename()).toMatch(/^task-.*\.txt$/);
});

test("what changed since its approval goes back to review, beside what was approved", async ({
  author: page,
  browser,
}) => {
  const path = `${unique("drift")}.txt`;
  const reviewer = await signedIn(browser, "reviewer");
  const first = await file(page, path, "the first one\n");
  const second = await file(page, path, "the second one\n");
  await approve(reviewer.request, first.id);
  await expect
    .poll(async () => (await (await page.request.get(`/api/v1/tasks/${first.id}`)).json()).state)
    .toBe("COMPLETED");
  await approve(reviewer.request, second.id);
  await page.goto(`/tasks/${second.id}`);
  await expect(page.getByRole("heading", { name: /things have changed since it was approved/ })).toBeVisible({
    timeout: 20_000,
  });
  const difference = page.getByRole("region", { name: "Approved change against what would happen now" });
  await expect(difference).toContainText("the first one");
  await page.getByRole("button", { name: "Side by side" }).click();
  await expect(page.getByRole("region", { name: "What was approved" })).toBeVisible();
  await expect(page.getByRole("region", { name: "What it would do now" })).toContainText("the first one");
});

test("what was applied is rolled back through review, and leaves its evidence", async ({
  author: page,
  browser,
}) => {
  const path = `${unique("back")}.txt`;
  const reviewer = await signedIn(browser, "reviewer");
  const task = await file(page, path, "new content\n");
  await page.goto(`/tasks/${task.id}`);
  await approve(reviewer.request, task.id);
  await page.getByRole("button", { name: "Roll back…" }).click({ timeout: 20_000 });
  await page.getByRole("dialog").getByRole("textbox").fill("Too early");
  await page.getByRole("button", { name: /Propose the rollback/ }).click();
  await expect(page.getByRole("heading", { name: `Roll back: Write ${path}` })).toBeVisible();
  await expect(page.getByText("new content").first()).toBeVisible();
  const rollback = page.url().split("/").at(-1)!;
  expect(rollback).not.toBe(task.id);
  await approve(reviewer.request, rollback);
  await expect(page.getByText("Completed").first()).toBeVisible({ timeout: 20_000 });

  await page.goto(`/tasks/${task.id}`);
  await expect(page.getByText("It has been rolled back.")).toBeVisible();
  await page.getByRole("link", { name: "Evidence" }).click();
  await expect(page.getByText(/entries of the chain hold/)).toBeVisible();
  await expect(page.getByText(/sealed as entry \d+/)).toBeVisible();
  await expect(page.getByText("Ravi Menon").first()).toBeVisible();
  const table = page.getByRole("table", { name: "Entries of the ledger about this task" });
  await expect(table).toContainText("task.completed");
  await page.emulateMedia({ media: "print" });
  await expect(page.getByRole("button", { name: "Print" })).toBeHidden();
  await expect(table).toBeVisible();
});
