import AxeBuilder from "@axe-core/playwright";
import { type Browser, expect, type Page } from "@playwright/test";
import { acquire, deadlock, newAgent, signedIn, test, unique, type Who } from "../fixtures.ts";

/** Every route, by somebody who may see it, and how it tells that it has loaded. */
const ROUTES: readonly { path: string; who: Who; heading: RegExp }[] = [
  { path: "/approvals", who: "reviewer", heading: /Inbox/ },
  { path: "/approvals?section=decided", who: "author", heading: /Inbox/ },
  { path: "/tasks", who: "author", heading: /Tasks/ },
  { path: "/tasks/new", who: "author", heading: /New task/ },
  { path: "/agents", who: "admin", heading: /Agents/ },
  { path: "/agents?view=list", who: "author", heading: /Agents/ },
  { path: "/agents?q=nobody-by-this-name", who: "admin", heading: /Agents/ },
  { path: "/locks", who: "admin", heading: /Locks/ },
  { path: "/locks?tab=waits", who: "admin", heading: /Locks/ },
  { path: "/locks?tab=deadlocks", who: "admin", heading: /Locks/ },
  { path: "/locks", who: "author", heading: /Locks/ },
  { path: "/policies", who: "admin", heading: /Policies/ },
  { path: "/policies?policy=new&example=night", who: "admin", heading: /Policies/ },
  { path: "/insights", who: "admin", heading: /Insights/ },
  { path: "/insights?tab=reviewers", who: "reviewer", heading: /Insights/ },
  { path: "/insights?tab=risk", who: "admin", heading: /Insights/ },
  { path: "/insights?tab=applying", who: "author", heading: /Insights/ },
  { path: "/admin?tab=risk", who: "admin", heading: /Admin/ },
  { path: "/delegations", who: "admin", heading: /Delegations/ },
  { path: "/delegations", who: "author", heading: /Delegations/ },
  { path: "/delegations?delegation=new", who: "security", heading: /Delegations/ },
  { path: "/audit", who: "admin", heading: /Audit/ },
  { path: "/admin", who: "admin", heading: /Admin/ },
  { path: "/admin?tab=agents", who: "admin", heading: /Admin: Agent catalogue/ },
  { path: "/admin?tab=on-call", who: "admin", heading: /Admin: On call/ },
  { path: "/admin?tab=secrets", who: "admin", heading: /Admin: Secrets/ },
  { path: "/admin?tab=webhooks", who: "admin", heading: /Admin: Webhooks/ },
  { path: "/admin?tab=settings", who: "admin", heading: /Admin: Settings/ },
  { path: "/notifications", who: "reviewer", heading: /Notifications/ },
  { path: "/account", who: "author", heading: /Account/ },
];

/** Keeps in the page what its Content-Security-Policy had to refuse. */
const KEEP_REFUSED = `globalThis.refused = [];
document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI, sourceFile }) =>
  refused.push(effectiveDirective + ": " + blockedURI + " in " + sourceFile));`;

/** One window for each person for the whole file: signing in again for every route proves nothing and costs minutes. */
const windows = new Map<Who, Page>();

async function windowOf(browser: Browser, who: Who): Promise<Page> {
  const known = windows.get(who);
  if (known) return known;
  const page = await signedIn(browser, who, { reducedMotion: "reduce" });
  await page.addInitScript({ content: KEEP_REFUSED });
  windows.set(who, page);
  return page;
}

/**
 * Nothing that the Content-Security-Policy had to refuse, and all rules in the light; in the dark only those that look at
 * colours, since nothing else changes with them.
 */
async function assertNothingFound(page: Page, what: string): Promise<void> {
  // Without frames of other origins there is nothing for which a second page would have to be opened.
  const axe = () => new AxeBuilder({ page }).setLegacyMode();
  const light = await axe().withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]).analyze();
  await page.emulateMedia({ colorScheme: "dark" });
  await expect(page.locator("html")).toHaveClass(/dark/);
  const dark = await axe().withRules(["color-contrast", "link-in-text-block"]).analyze();
  await page.emulateMedia({ colorScheme: "light" });
  await expect(page.locator("html")).not.toHaveClass(/dark/);
  const told = [light, dark].flatMap(({ violations }, at) =>
    violations.map(({ id, help, nodes }) => {
      const where = nodes.map((node) => node.html.slice(0, 120)).join(" | ");
      return `${at === 0 ? "light" : "dark"}: ${id}: ${help} (${where})`;
    }),
  );
  expect(told, what).toEqual([]);
  expect(await page.evaluate("refused"), `${what}: by the Content-Security-Policy`).toEqual([]);
}

for (const { path, who, heading } of ROUTES) {
  test(`${path} as ${who}`, async ({ browser }) => {
    const page = await windowOf(browser, who);
    await page.goto(path);
    await expect(page.getByRole("heading", { name: heading, level: 1 })).toBeVisible();
    await expect(page.getByRole("status", { name: "Loading" })).toHaveCount(0);
    await assertNothingFound(page, path);
  });
}

test("the wizard's steps with their problems, and an agent's page and configuration", async ({ browser }) => {
  const page = await windowOf(browser, "admin");
  await page.goto("/agents/new");
  await page.getByLabel("Name", { exact: true }).fill("x");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("alert").getByText("At least 2 characters")).toBeVisible();
  await assertNothingFound(page, "step 1, refused");
  const draft = await page.request.post("/api/v1/agents/drafts", { data: {} });
  const { id } = await draft.json();
  for (const [step, heading] of [
    [2, /Model and connection/],
    [3, /Instructions and memory/],
    [4, /Tools and permissions/],
    [5, /Limits and review/],
  ] as const) {
    await page.goto(`/agents/new?draft=${id}&step=${step}`);
    await expect(page.getByRole("heading", { level: 2, name: heading })).toBeVisible();
    if (step === 3) await page.getByRole("button", { name: "Add a block" }).click();
    await assertNothingFound(page, `step ${step}`);
  }
  await page.request.delete(`/api/v1/agents/drafts/${id}`);

  const made = await page.request.post("/api/v1/agents", {
    data: { name: unique("axe-agent"), connection: { kind: "mcp" } },
  });
  const agent = (await made.json()).agent.id;
  for (const query of [
    "",
    "?tab=config",
    "?tab=config&part=tools",
    "?tab=config&part=history",
    "?tab=access",
  ]) {
    await page.goto(`/agents/${agent}${query}`);
    await expect(page.getByRole("tabpanel").first()).toBeVisible();
    await expect(page.getByRole("status", { name: "Loading" })).toHaveCount(0);
    await assertNothingFound(page, `agent ${query}`);
  }
});

test("an open approval, its dialog and the key sheet", async ({ browser }) => {
  const page = await windowOf(browser, "reviewer");
  await page.goto("/approvals");
  await page.getByRole("option").first().click();
  await expect(page.getByText("Why you")).toBeVisible();
  await assertNothingFound(page, "panel open");
  await page.keyboard.press("r");
  await expect(page.getByRole("dialog")).toBeVisible();
  await assertNothingFound(page, "reason dialog");
  await page.keyboard.press("Escape");
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog")).toBeVisible();
  await assertNothingFound(page, "key sheet");
});

test("the inbox's filter, views, answers and palette", async ({ browser }) => {
  const page = await windowOf(browser, "reviewer");
  const opened = async (key: string, name: RegExp) => {
    await page.keyboard.press(key);
    await expect(page.getByRole("dialog", { name })).toBeVisible();
    await assertNothingFound(page, String(name));
    await page.keyboard.press("Escape");
    await expect(page.getByRole("dialog")).toHaveCount(0);
  };
  await page.goto("/approvals");
  await expect(page.getByRole("option").first()).toBeVisible();
  await opened("f", /Filter/);
  await opened("d", /Delegate this approval/);
  await opened("s", /Snooze until/);
  await opened("Control+k", /Go to/);
  await page.keyboard.press("x");
  await page.keyboard.press("Shift+J");
  await opened("r", /Reject 2 changes/);
  await page.getByRole("button", { name: "Views" }).click();
  await expect(page.getByRole("menu")).toBeVisible();
  await assertNothingFound(page, "saved views");
  await page.goto("/approvals?risk=HIGH&target=demo");
  await expect(page.getByRole("list", { name: "Filters" })).toBeVisible();
  await assertNothingFound(page, "filters");
});

test("an applied task with its output, and its evidence", async ({ browser }) => {
  const page = await windowOf(browser, "author");
  const list = await page.request.get("/api/v1/tasks?state=COMPLETED&limit=1");
  const [{ id }] = (await list.json()).tasks;
  await page.goto(`/tasks/${id}`);
  await expect(page.getByRole("heading", { name: "Attempts" })).toBeVisible();
  await expect(page.getByRole("status", { name: "Loading" })).toHaveCount(0);
  await assertNothingFound(page, "applied task");
  await page.goto(`/tasks/${id}/evidence`);
  await expect(page.getByText(/entries of the chain/)).toBeVisible();
  await assertNothingFound(page, "evidence");
});

test("locks with a queue, drawn and listed, and a deadlock", async ({ browser }) => {
  const page = await windowOf(browser, "admin");
  const id = unique("axe").toLowerCase();
  const [one, other] = await Promise.all([
    newAgent(page.request, `${id}-one`),
    newAgent(page.request, `${id}-other`),
  ]);
  const [a, b] = [`service:demo-prod/${id}-a`, `service:demo-prod/${id}-b`];
  await deadlock(page.request, { one, other, a, b });
  expect((await acquire(page.request, other, a)).status).toBe(202);

  const key = encodeURIComponent(`resource:${a}`);
  await page.goto(`/locks?key=${key}`);
  await expect(page.getByRole("region", { name: "Queue" })).toContainText(`${id}-other`);
  await expect(page.getByRole("row").filter({ hasText: `${id}-a` })).toBeVisible();
  await assertNothingFound(page, "held, panel open");
  await page
    .getByRole("row")
    .getByRole("button", { name: /Force the release/ })
    .first()
    .click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await assertNothingFound(page, "force release");
  await page.goto("/locks?tab=waits");
  await expect(page.getByRole("list", { name: /Owners and keys/ })).toContainText(`${id}-other`);
  await assertNothingFound(page, "picture");
  await page.goto("/locks?tab=waits&as=list");
  await expect(page.getByRole("list", { name: "Keys that are waited for" })).toContainText(id);
  await assertNothingFound(page, "list");
  await page.goto("/locks?tab=deadlocks");
  await expect(page.getByRole("article").first()).toBeVisible();
  await assertNothingFound(page, "deadlocks");
});

test("sign-in", async ({ browser }) => {
  const context = await browser.newContext({ reducedMotion: "reduce" });
  const page = await context.newPage();
  await page.addInitScript({ content: KEEP_REFUSED });
  await page.goto("/sign-in");
  await expect(page.getByLabel("E-mail address")).toBeVisible();
  await assertNothingFound(page, "sign-in");
  await context.close();
});
