import { expect, test, unique } from "../fixtures.ts";

test("an admin sees what a policy would have changed before it is stored, and brings an old version back", async ({
  admin,
}) => {
  const name = unique("Two people");
  await admin.goto("/policies?policy=new&example=production");
  const form = admin.getByRole("dialog", { name: "New policy" });
  await form.getByLabel("Name").fill(name);
  const effect = form.getByRole("complementary", { name: "Effect on past tasks" });
  await expect(
    effect.getByText(/more approvals would have been needed|fits none|could never be/).first(),
  ).toBeVisible();
  await form.getByLabel("Approvals").fill("9");
  await expect(form.getByText(/9 have to approve and only \d+ people are there/)).toBeVisible();
  await expect(effect.getByText(/could never be approved/).first()).toBeVisible();
  await form.getByLabel("Approvals").fill("2");
  await form.getByRole("button", { name: "Make policy" }).click();
  await expect(form).toBeHidden();

  await admin
    .getByRole("button", { name: new RegExp(name) })
    .first()
    .click();
  const sheet = admin.getByRole("dialog", { name });
  await sheet.getByLabel("Approvals").fill("1");
  // Back would close the sheet: it is asked first, and what was typed stays until it is meant.
  await admin.evaluate("history.back()");
  const leaving = admin.getByRole("dialog", { name: "Leave without storing?" });
  await leaving.getByRole("button", { name: "Stay" }).click();
  await expect(sheet.getByLabel("Approvals")).toHaveValue("1");
  await admin.evaluate("history.back()");
  await leaving.getByRole("button", { name: "Leave" }).click();
  await expect(sheet).toBeHidden();
  await admin
    .getByRole("button", { name: new RegExp(name) })
    .first()
    .click();
  await sheet.getByLabel("Approvals").fill("1");
  await sheet.getByRole("button", { name: "Store as new version" }).click();
  await expect(sheet).toBeHidden();
  await admin
    .getByRole("button", { name: new RegExp(name) })
    .first()
    .click();
  await sheet.getByRole("button", { name: "History" }).click();
  await expect(sheet.getByText("2 approvals from any reviewer").first()).toBeVisible();
  await sheet.getByRole("button", { name: "Restore…" }).click();
  await expect(sheet.getByLabel("Approvals")).toHaveValue("2");
  await sheet.getByRole("button", { name: "Delete…" }).click();
  const sure = admin.getByRole("dialog", { name: new RegExp(`Delete .*${name}`) });
  await expect(sure.getByText(/Without it, of the last \d+ tasks/)).toBeVisible();
  await sure.getByRole("button", { name: "Delete policy" }).click();
  await expect(admin.getByText(name)).toHaveCount(0);
});
