import { expect, signedIn, test, unique } from "../fixtures.ts";

/** The first view of a page, on a machine that has much else to do. */
const FIRST_MS = 30_000;
const WAY = { name: "Where a request would go" };

test("a reviewer goes on holiday: a request goes to the manager, only between the dates, and comes back", async ({
  browser,
}) => {
  const page = await signedIn(browser, "security");
  const namespace = unique("holiday").toLowerCase();
  await page.goto(`/delegations?resource=service:${namespace}/api&type=test.noop&risk=60`);
  const way = page.getByRole("region", WAY);
  await expect(way.getByText("Sam Lindqvist is asked", { exact: true })).toBeVisible({ timeout: FIRST_MS });

  // By the keyboard: n opens the form.
  await page.keyboard.press("n");
  const sheet = page.getByRole("dialog", { name: "New delegation" });
  await sheet.getByRole("button", { name: /To my manager, Ada Okafor/ }).click();
  await expect(sheet.getByLabel("Who answers")).toHaveValue(/.{36}/);
  await sheet.getByLabel("Namespaces").fill(namespace);
  await sheet.getByLabel("Namespaces").press("Enter");
  await sheet.getByLabel("From").fill("2126-07-01T08:00");
  await sheet.getByLabel("Until").fill("2126-06-01T08:00");
  await sheet.getByLabel("Note").fill("On holiday");
  await sheet.getByRole("button", { name: "Delegate" }).click();
  await expect(sheet.getByText("is not after starts_at")).toBeVisible();
  await sheet.getByLabel("Until").fill("2126-07-15T08:00");
  await sheet.getByRole("button", { name: "Delegate" }).click();
  await expect(sheet).toBeHidden();

  const item = page
    .getByRole("listitem")
    .filter({ hasText: namespace, has: page.getByRole("button", { name: /Delete the delegation/ }) });
  await expect(item).toContainText("Begins later");
  await expect(item).toContainText("“On holiday”");
  await expect(way.getByText("it has not begun yet")).toBeVisible();
  await way.getByLabel("At").fill("2126-07-02T12:00");
  await expect(way.getByText("Ada Okafor is asked, for Sam Lindqvist")).toBeVisible();
  await expect(way.getByRole("img", { name: /Sam Lindqvist, then Ada Okafor/ })).toBeVisible();
  // What is tried lives in the address.
  await expect(page).toHaveURL(/at=2126-07-02/);

  await item.getByRole("button", { name: /Delete the delegation/ }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete delegation" }).click();
  await expect(item).toBeHidden();
  await expect(way.getByText("Sam Lindqvist is asked", { exact: true })).toBeVisible();
  await page.context().close();
});

test("the demo's chain is drawn to its end, and falls back to its owner where it would end at the author", async ({
  admin: page,
}) => {
  const me = await (await page.request.get("/api/v1/users?search=sam@demo.local")).json();
  const incident = "type=configuration.file&resource=service:demo-prod/checkout&risk=70&tag=incident";
  await page.goto(`/delegations?of=${me.users[0].id}&${incident}`);
  const way = page.getByRole("region", WAY);
  const steps = way.getByRole("list", { name: "Step by step" });
  await expect(steps).toContainText("Ravi Menon is asked, for Sam Lindqvist", { timeout: FIRST_MS });
  await expect(way.getByRole("img")).toHaveAccessibleName(/Sam Lindqvist, then Ada Okafor, then Ravi Menon/);
  await way.getByLabel("Made by").selectOption({ label: "Ravi Menon" });
  await expect(steps).toContainText("Sam Lindqvist is asked");
  await expect(way.getByText(/Ravi Menon ends at somebody who made this change/)).toBeVisible();
});

test("a circle is said before anybody runs into it", async ({ browser }) => {
  const [ravi, sam] = [await signedIn(browser, "reviewer"), await signedIn(browser, "security")];
  const namespace = unique("circle").toLowerCase();
  const idOf = async (email: string) =>
    (await (await ravi.request.get(`/api/v1/users?search=${email}`)).json()).users[0].id;
  const made = await ravi.request.post("/api/v1/approvals/policies", {
    data: { delegate_to: await idOf("sam@demo.local"), conditions: { namespaces: [namespace] } },
  });
  expect(made.status()).toBe(201);
  await sam.goto("/delegations?delegation=new");
  const sheet = sam.getByRole("dialog", { name: "New delegation" });
  await sheet.getByLabel("Who answers").selectOption({ label: "Ravi Menon" });
  await sheet.getByLabel("Namespaces").fill(namespace);
  await sheet.getByLabel("Namespaces").press("Enter");
  await sheet.getByRole("button", { name: "Delegate" }).click();
  await expect(sheet.getByRole("alert")).toContainText("is a circle");
  await sheet.getByRole("button", { name: "Understood" }).click();
  // It came to Ravi's page by itself.
  await ravi.goto(`/delegations?resource=service:${namespace}/api&type=test.noop`);
  await expect(ravi.getByRole("region", { name: "Delegated to you" })).toContainText(namespace);
  await expect(ravi.getByText(/goes in a circle, so Ravi Menon is asked/)).toBeVisible();
  for (const page of [ravi, sam]) {
    const list = await (await page.request.get("/api/v1/approvals/policies?scope=mine")).json();
    for (const each of list.policies) {
      if (each.conditions.namespaces?.includes(namespace)) {
        await page.request.delete(`/api/v1/approvals/policies/${each.id}`);
      }
    }
    await page.context().close();
  }
});
