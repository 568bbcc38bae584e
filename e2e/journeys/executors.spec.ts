import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import type { APIRequestContext, Page } from "@playwright/test";
import { expect, signedIn, test, unique } from "../fixtures.ts";

const stateFile = join(process.env.ADE_E2E_DATA_DIR!, "demo-rollout/state.json");
const APPLIED_MS = 30_000;

/** The reviewer's yes, as soon as it is asked for. */
async function approve(reviewer: APIRequestContext, id: string): Promise<void> {
  const me = (await (await reviewer.get("/api/v1/me")).json()) as { id: string };
  type Approval = { id: string; reviewer_id: string; status: string };
  const own = async (): Promise<Approval | undefined> => {
    const { approvals } = (await (await reviewer.get(`/api/v1/tasks/${id}`)).json()) as {
      approvals: Approval[];
    };
    return approvals.find(({ reviewer_id, status }) => reviewer_id === me.id && status === "PENDING");
  };
  await expect.poll(own, { timeout: APPLIED_MS }).toBeDefined();
  const answer = await reviewer.post(`/api/v1/approvals/${(await own())!.id}/respond`, {
    data: { action: "approve" },
  });
  expect(answer.ok()).toBe(true);
}

/** Fills in the form for a type, leaves its parameters to `fill`, and submits it; answers the task's id. */
async function submit(
  page: Page,
  type: RegExp,
  description: string,
  fill: () => Promise<void>,
): Promise<string> {
  await page.goto("/tasks/new");
  await page.getByRole("radio", { name: type }).check();
  await page.getByLabel("What should change, and why").fill(description);
  await fill();
  await page.getByRole("button", { name: "Create and submit" }).click();
  await expect(page).toHaveURL(/\/tasks\/[0-9a-f-]{36}$/);
  return page.url().split("/").at(-1)!;
}

async function rollOut(page: Page, description: string, version: string): Promise<string> {
  return submit(page, /^Command/, description, async () => {
    await page.getByRole("combobox", { name: /^Command/ }).selectOption("demo-rollout");
    await page.getByLabel(/^Version/).fill(version);
    await page.getByLabel(/^Replicas/).fill("3");
  });
}

/** Resolves when it has ended so. */
async function ends(page: Page, id: string, result: string): Promise<void> {
  const read = async () => {
    const { execution } = await (await page.request.get(`/api/v1/tasks/${id}`)).json();
    return execution?.result as string | undefined;
  };
  await expect.poll(read, { timeout: APPLIED_MS }).toBe(result);
}

/** Proposes the rollback of the task that is shown; answers its id. */
async function rollBack(page: Page, reason: string): Promise<string> {
  await page.getByRole("button", { name: "Roll back…" }).click();
  await page.getByRole("dialog").getByRole("textbox").fill(reason);
  await page.getByRole("button", { name: /Propose the rollback/ }).click();
  await expect(page.getByRole("heading", { name: /^Roll back: / })).toBeVisible({ timeout: APPLIED_MS });
  return page.url().split("/").at(-1)!;
}

test("a command's plan is reviewed as a diff, and exactly that is applied while its output streams", async ({
  author: page,
  browser,
}) => {
  writeFileSync(stateFile, '{"version": "1.0.0", "replicas": 2}\n');
  const reviewer = await signedIn(browser, "reviewer");
  const id = await rollOut(page, unique("Roll out the checkout"), "1.1.0");
  await expect(page.getByText("version: 1.1.0").first()).toBeVisible();
  await expect(page.getByText(/^Then runs/)).toBeVisible();
  await approve(reviewer.request, id);
  const output = page.getByRole("region", { name: "Output" });
  await expect(output).toContainText("replica 1 of 3 runs 1.1.0", { timeout: APPLIED_MS });
  await expect(output).toContainText("Rolled out.");
  expect(JSON.parse(readFileSync(stateFile, "utf8"))).toEqual({ version: "1.1.0", replicas: 3 });
});

test("where the folder of a command changes after the approval, it goes back to review with the difference", async ({
  author: page,
  browser,
}) => {
  writeFileSync(stateFile, '{"version": "1.0.0", "replicas": 2}\n');
  const reviewer = await signedIn(browser, "reviewer");
  const id = await rollOut(page, unique("Roll out, but late"), "2.0.0");
  await expect(page.getByText("version: 2.0.0").first()).toBeVisible();
  writeFileSync(stateFile, '{"version": "1.5.0", "replicas": 2}\n');
  await approve(reviewer.request, id);
  await expect(page.getByRole("heading", { name: /things have changed since it was approved/ })).toBeVisible({
    timeout: APPLIED_MS,
  });
  const difference = page.getByRole("region", { name: "Approved change against what would happen now" });
  await expect(difference).toContainText("version: 1.5.0");
  await expect(difference).toContainText("version: 1.0.0");
  expect(JSON.parse(readFileSync(stateFile, "utf8")).version).toBe("1.5.0");
});

async function migrate(page: Page, description: string, statements: string, down?: string): Promise<string> {
  return submit(page, /database\.sql/, description, async () => {
    await page.getByLabel(/^Connection/).selectOption("demo");
    await page.getByLabel(/^Statements/).fill(statements);
    await page.getByLabel(/^Down script/).fill(down ?? "");
  });
}

test("a migration shows its rows and schema, is applied, and is brought back by its down script through review", async ({
  author: page,
  browser,
}) => {
  const column = `note_${Date.now().toString(36)}`;
  const reviewer = await signedIn(browser, "reviewer");
  const id = await migrate(
    page,
    unique("Let orders carry a note"),
    `ALTER TABLE orders ADD COLUMN ${column} text;\nUPDATE orders SET ${column} = 'checked' WHERE status = 'open';`,
    `ALTER TABLE orders DROP COLUMN ${column};`,
  );
  await expect(page.getByText(`column ${column} text`).first()).toBeVisible();
  await expect(page.getByText("touches 250 rows")).toBeVisible();
  await expect(page.getByText("applied with up to 25 more or fewer")).toBeVisible();
  await approve(reviewer.request, id);
  await ends(page, id, "success");
  await expect(page.getByRole("region", { name: "Output" })).toContainText("Committed to demo.");

  const rollback = await rollBack(page, "Not needed after all");
  await expect(page.getByText(`DROP COLUMN ${column}`).first()).toBeVisible();
  await approve(reviewer.request, rollback);
  await ends(page, rollback, "success");
  await expect(page.getByRole("region", { name: "Output" })).toContainText("The down script is committed");
  await page.goto(`/tasks/${id}`);
  await expect(page.getByText("It has been rolled back.")).toBeVisible();
});

test("a migration that fails half-way says which statement, and leaves the database as before", async ({
  author: page,
  browser,
}) => {
  const table = `half_${Date.now().toString(36)}`;
  const reviewer = await signedIn(browser, "reviewer");
  // A rehearsal has less time than an apply, by which this statement knows that it shall fail.
  const id = await migrate(
    page,
    unique("Fail half-way"),
    `CREATE TABLE ${table} (id int);\nINSERT INTO ${table} SELECT 1 / (current_setting('statement_timeout') = '15s')::int;`,
  );
  await expect(page.getByText(`database:default/demo/${table}`).first()).toBeVisible();
  await approve(reviewer.request, id);
  await ends(page, id, "failure");
  await expect(page.getByText(/Statement 2 \(INSERT INTO half_.*division by zero/).first()).toBeVisible();
  await expect(page.getByRole("button", { name: "Roll back…" })).toBeHidden();

  // What the first statement made is not there: the same can be planned again.
  await migrate(page, unique("Make it after all"), `CREATE TABLE ${table} (id int);`);
  await expect(page.getByText(`database:default/demo/${table}`).first()).toBeVisible();
});

test("a request to a service is undone by its compensating one, through review", async ({
  author: page,
  browser,
}) => {
  const flags = new Map<string, string>();
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    if (request.method === "DELETE") flags.delete(request.url!);
    else flags.set(request.url!, body);
    response.setHeader("content-type", "application/json").end('{"ok":true}');
  });
  server.listen(Number(process.env.ADE_E2E_SERVICE_PORT), "127.0.0.1");
  await once(server, "listening");
  try {
    const url = `http://127.0.0.1:${process.env.ADE_E2E_SERVICE_PORT}/flags/checkout`;
    const reviewer = await signedIn(browser, "reviewer");
    const id = await submit(page, /service\.http/, unique("Switch the flag on"), async () => {
      await page.getByLabel(/^Method/).selectOption("PUT");
      await page.getByLabel(/^URL/i).first().fill(url);
      await page.getByLabel(/^Body/).fill('{"on": true}');
      await page.getByLabel(/^Compensat/).fill(JSON.stringify({ method: "DELETE", url }));
    });
    await expect(page.getByText(`PUT ${url}`).first()).toBeVisible();
    await approve(reviewer.request, id);
    await ends(page, id, "success");
    expect([...flags.keys()]).toEqual(["/flags/checkout"]);
    const rollback = await rollBack(page, "Too early");
    await expect(page.getByText(`DELETE ${url}`).first()).toBeVisible();
    await approve(reviewer.request, rollback);
    await ends(page, rollback, "success");
    expect([...flags.keys()]).toEqual([]);
  } finally {
    server.close();
  }
});
