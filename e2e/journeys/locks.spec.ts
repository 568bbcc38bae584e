import { acquire, deadlock, expect, newAgent, taskInReview, test, unique } from "../fixtures.ts";

test("an admin sees who waits, takes the lock away by reason and typed name, and the next has it", async ({
  admin,
}) => {
  const id = unique("handed").toLowerCase();
  const key = `database:demo-prod/${id}`;
  const [holder, first, second] = await Promise.all(
    ["holder", "first", "second"].map((role) => newAgent(admin.request, `${id}-${role}`)),
  );
  if (!holder || !first || !second) throw new Error("three agents");
  const held = await acquire(admin.request, holder, key, { purpose: "journey" });
  expect(held.status).toBe(201);
  expect((await acquire(admin.request, first, key)).body.queue_position).toBe(1);

  await admin.goto(`/locks?q=${encodeURIComponent(key)}`);
  const row = admin.getByRole("row").filter({ hasText: id });
  await expect(row).toContainText("journey");
  await expect(row).toContainText("1 waiting");
  // Who comes later is seen without a reload.
  expect((await acquire(admin.request, second, key, { purpose: "after that" })).body.queue_position).toBe(2);
  await expect(row).toContainText("2 waiting");

  await row.getByRole("button", { name: /who holds it and who waits/ }).click();
  const panel = admin.getByRole("complementary", { name: "Who holds it and who waits" });
  const queue = panel.getByRole("region", { name: "Queue" }).getByRole("listitem");
  await expect(queue).toHaveText([new RegExp(`${id}-first`), new RegExp(`${id}-second.*after that`)]);

  await row.getByRole("button", { name: /Force the release/ }).click();
  const dialog = admin.getByRole("dialog");
  await dialog.getByLabel("Reason").fill("The holder hangs");
  const release = dialog.getByRole("button", { name: "Release it" });
  await expect(release).toBeDisabled();
  await dialog.getByLabel("Type its name to go on").fill(key);
  await release.click();
  await expect(row).toContainText(`${id}-first`);
  await expect(row).toContainText("1 waiting");
  await expect(panel.getByRole("region", { name: "Holders" })).toContainText(`${id}-first`);

  const locks = await admin.request.get(
    `/api/v1/locks?resource_type=resource&resource_id=${encodeURIComponent(key)}`,
  );
  const [granted] = (await locks.json()).locks;
  expect(granted.fencing_token).toBeGreaterThan(held.body.fencing_token);

  await admin.goto("/audit?action=lock.force_released");
  await expect(admin.getByText("The holder hangs").first()).toBeVisible();
  await expect(admin.getByText(/entries verified/)).toBeVisible();
});

test("who waits is drawn, told as a list, and reached by keyboard", async ({ admin }) => {
  const id = unique("drawn").toLowerCase();
  const [holder, waiter] = await Promise.all([
    newAgent(admin.request, `${id}-holder`),
    newAgent(admin.request, `${id}-waiter`),
  ]);
  await acquire(admin.request, holder, `service:demo-prod/${id}`);
  await acquire(admin.request, waiter, `service:demo-prod/${id}`);

  await admin.goto("/locks?tab=waits");
  const nodes = admin.getByRole("list", { name: /Owners and keys/ });
  await expect(nodes.getByText(`${id}-holder`, { exact: true })).toBeVisible();
  await expect(nodes.getByText(`${id}-waiter`, { exact: true })).toBeVisible();
  await nodes.getByRole("button", { name: new RegExp(`demo-prod/${id}`) }).focus();
  await admin.keyboard.press("Enter");
  await expect(admin.getByRole("heading", { name: `service:demo-prod/${id}` })).toBeVisible();
  await admin.keyboard.press("Escape");

  await admin.keyboard.press("v");
  const list = admin.getByRole("list", { name: "Keys that are waited for" });
  const item = list
    .getByRole("listitem")
    .filter({ hasText: `demo-prod/${id}` })
    .first();
  await expect(item).toContainText(`${id}-holder`);
  await expect(item).toContainText(`${id}-waiter`);
  await expect(admin).toHaveURL(/as=list/);
});

test("a deadlock is ended, explained while it is fresh, and kept in the history", async ({ admin }) => {
  const id = unique("circle").toLowerCase();
  const [one, other] = await Promise.all([
    newAgent(admin.request, `${id}-one`),
    newAgent(admin.request, `${id}-other`),
  ]);
  await admin.goto("/locks?tab=waits");
  await expect(admin.getByRole("region", { name: "Who waits for whom" })).toBeVisible();
  // The youngest gives way: the one that took its lock last.
  await deadlock(admin.request, {
    one,
    other,
    a: `service:demo-prod/${id}-a`,
    b: `service:demo-prod/${id}-b`,
  });

  const fresh = admin.getByRole("article").filter({ hasText: id });
  await expect(fresh).toContainText("2 owners waited for each other");
  await fresh.getByRole("link", { name: "all deadlocks" }).click();
  const entry = admin.getByRole("list", { name: "Deadlocks, newest first" }).getByRole("article").first();
  await expect(entry).toContainText(`${id}-one`);
  const victim = entry.getByRole("listitem").filter({ hasText: "victim" });
  await expect(victim).toContainText(`${id}-other`);
  await expect(entry.getByRole("img", { name: /is the victim/ })).toBeVisible();
});

test("a task's page says who blocks it and leads to the lock", async ({ admin, author }) => {
  const path = `${unique("blocked").toLowerCase()}.txt`;
  const holder = await newAgent(admin.request, `${path}-holder`);
  await acquire(admin.request, holder, `configuration:default/files/${path}`, { purpose: "a long backup" });
  const task = await taskInReview(author.request, { path, content: "x\n", description: `Blocked ${path}` });

  await author.goto(`/tasks/${task.id}`);
  await expect(author.getByText("a long backup")).toBeVisible();
  await admin.goto(`/tasks/${task.id}`);
  await admin.getByRole("link", { name: /who holds it and who waits/ }).click();
  await expect(admin).toHaveURL(/\/locks\?key=/);
  await expect(admin.getByRole("region", { name: "Holders" })).toContainText("a long backup");
});

test("locks are not for authors, and the page says so", async ({ author }) => {
  await author.goto("/locks");
  await expect(author.getByText("Not for your role")).toBeVisible();
});
