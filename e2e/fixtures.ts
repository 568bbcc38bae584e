import { type APIRequestContext, type Browser, test as base, expect, type Page } from "@playwright/test";

export { expect };

/** Sign-ins of the demo and of the first admin. */
const PEOPLE = {
  author: { email: "mia@demo.local", password: "demo-mia-author" },
  reviewer: { email: "ravi@demo.local", password: "demo-ravi-sre" },
  security: { email: "sam@demo.local", password: "demo-sam-security" },
  admin: { email: "ada@demo.local", password: "demo-ada-admin" },
  secondAdmin: { email: "jo@demo.local", password: "demo-jo-admin" },
} as const;
export type Who = keyof typeof PEOPLE;

/** A page in a browser window of its own, signed in. */
export async function signedIn(
  browser: Browser,
  who: Who,
  options: { colorScheme?: "light" | "dark"; reducedMotion?: "reduce" } = {},
): Promise<Page> {
  const context = await browser.newContext(options);
  const answer = await context.request.post("/api/auth/sign-in/email", { data: PEOPLE[who] });
  expect(answer.ok()).toBe(true);
  return context.newPage();
}

type NewTask = { path: string; content: string; description: string };

/** A task in review on a resource of its own, made by the author through the API. */
export async function taskInReview(
  request: APIRequestContext,
  task: NewTask,
): Promise<{ id: string; state: string }> {
  const created = await request.post("/api/v1/tasks", {
    data: {
      config: {
        type: "configuration.file",
        description: task.description,
        resources: [{ type: "configuration", id: `files/${task.path}`, actions: ["write"] }],
        parameters: { root: "files", path: task.path, content: task.content },
      },
    },
  });
  expect(created.status()).toBe(201);
  const { id } = await created.json();
  const submitted = await request.post(`/api/v1/tasks/${id}/submit`);
  expect(submitted.status()).toBe(202);
  return submitted.json();
}

/** What a program signs its calls with. */
type Agent = { headers: { authorization: string } };

/** A program of its own, registered by an admin. */
export async function newAgent(admin: APIRequestContext, name: string): Promise<Agent> {
  const made = await admin.post("/api/v1/agents", { data: { name, connection: { kind: "worker" } } });
  expect(made.status()).toBe(201);
  const { api_key } = await made.json();
  return { headers: { authorization: `Bearer ${api_key}` } };
}

/** Asks for an exclusive lock on a resource as that program; answers with status and body. */
export async function acquire(
  request: APIRequestContext,
  agent: Agent,
  resource_id: string,
  more: { purpose?: string; priority?: number; wait_for_available?: boolean } = {},
) {
  const answer = await request.post("/api/v1/locks/acquire", {
    ...agent,
    data: { resource_type: "resource", resource_id, ttl_seconds: 120, max_wait_seconds: 300, ...more },
  });
  return { status: answer.status(), body: await answer.json() };
}

/** Two programs that each hold what the other then waits for; answers when one of them, `other`, had to give way. */
export async function deadlock(
  request: APIRequestContext,
  { one, other, a, b }: { one: Agent; other: Agent; a: string; b: string },
): Promise<void> {
  expect((await acquire(request, one, a)).status).toBe(201);
  expect((await acquire(request, other, b)).status).toBe(201);
  expect((await acquire(request, one, b)).status).toBe(202);
  const closing = await acquire(request, other, a);
  if (closing.status === 423) {
    expect(closing.body.error.code).toBe("DEADLOCK_DETECTED");
    return;
  }
  expect(closing.status).toBe(202);
  const ended = await request.get(`/api/v1/locks/requests/${closing.body.request_id}?wait_seconds=10`, other);
  expect(ended.status()).toBe(423);
  expect((await ended.json()).error.code).toBe("DEADLOCK_DETECTED");
}

/** A name that no other test uses. */
export function unique(name: string): string {
  return `${name}-${Date.now().toString(36)}`;
}

export const test = base.extend<{ author: Page; reviewer: Page; admin: Page }>({
  author: async ({ browser }, use) => {
    const page = await signedIn(browser, "author");
    await use(page);
    await page.context().close();
  },
  reviewer: async ({ browser }, use) => {
    const page = await signedIn(browser, "reviewer");
    await use(page);
    await page.context().close();
  },
  admin: async ({ browser }, use) => {
    const page = await signedIn(browser, "admin");
    await use(page);
    await page.context().close();
  },
});
