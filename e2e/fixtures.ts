import { type APIRequestContext, type Browser, test as base, expect, type Page } from "@playwright/test";

export { expect };

/** Sign-ins of the demo and of the first admin. */
const PEOPLE = {
  author: { email: "mia@demo.local", password: "demo-mia-author" },
  reviewer: { email: "ravi@demo.local", password: "demo-ravi-sre" },
  security: { email: "sam@demo.local", password: "demo-sam-security" },
  admin: { email: "ada@demo.local", password: "demo-ada-admin" },
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
