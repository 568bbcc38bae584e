import type { Browser, BrowserContextOptions } from "@playwright/test";

/** Signs in as a person does; answers the session, for browsers that have kept nothing else. @throws where it is refused */
export async function signedIn(
  browser: Browser,
  url: string,
  credentials: { email: string; password: string },
): Promise<NonNullable<BrowserContextOptions["storageState"]>> {
  const context = await browser.newContext({ baseURL: url });
  const answer = await context.request.post("/api/auth/sign-in/email", { data: credentials });
  if (!answer.ok()) throw new Error(`Signing in answered ${answer.status()}.`);
  const state = await context.storageState();
  await context.close();
  return state;
}
