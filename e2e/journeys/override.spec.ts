import { expect, signedIn, taskInReview, test, unique } from "../fixtures.ts";

test("two admins apply at once what cannot wait for its review, and both names stay on it", async ({
  browser,
  author,
  admin,
}) => {
  const name = unique("override");
  const { id } = await taskInReview(author.request, {
    path: `${name}.txt`,
    content: "at once\n",
    description: `Apply ${name}`,
  });
  await admin.goto(`/tasks/${id}`);
  await admin.getByRole("button", { name: "Force apply…" }).click();
  const dialog = admin.getByRole("dialog");
  const ask = dialog.getByRole("button", { name: "Ask a second admin" });
  await expect(ask).toBeDisabled();
  await dialog.getByLabel("Incident ticket").fill("INC-4711");
  await dialog.getByLabel("Why it cannot wait").fill("The shop is down");
  await ask.click();
  const overrides = admin.getByRole("list", { name: "Overrides" });
  await expect(overrides.getByText("another has to confirm it")).toBeVisible();
  await expect(overrides.getByRole("button", { name: "Confirm…" })).toHaveCount(0);

  const second = await signedIn(browser, "secondAdmin");
  await second.goto(`/tasks/${id}`);
  await second.getByRole("button", { name: "Confirm…" }).click();
  await second.getByRole("dialog").getByRole("button", { name: "Confirm it" }).click();
  await expect(overrides.getByText("Confirmed by Jo Almeida")).toBeVisible();
  const state = async () => (await (await admin.request.get(`/api/v1/tasks/${id}`)).json()).state;
  await expect.poll(state).toBe("COMPLETED");
  await expect(admin.getByText("Passed by override")).toBeVisible();

  await admin.goto(`/tasks/${id}/evidence`);
  await expect(admin.getByText("asked for by Ada Okafor, decided by Jo Almeida")).toBeVisible();
});
