import { execFileSync, spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { attemptContext } from "../../contract.ts";
import { createExecutorsService } from "../../service.ts";
import { createCommandExecutor } from "./command.ts";
import { createCommandBook } from "./command-book.ts";
import { commandTask, definitionOf } from "./command-fixture.ts";
import { shippedDefinitions } from "./shipped-definitions.ts";

const shipped = (name: string, directory: string) =>
  definitionOf({ ...shippedDefinitions().find((each) => each.name === name)!, directory });

it("what ships is sound, and can be chosen only by its own types", () => {
  const all = shippedDefinitions().map((each) => definitionOf({ ...each, directory: "/srv" }));
  expect(all.map(({ name, types }) => [name, types])).toEqual([
    ["terraform", ["terraform.apply"]],
    ["terraform-destroy", ["terraform.destroy"]],
    ["kubectl", ["kubectl.apply"]],
  ]);
});

it("what ships undoes nobody else's change: none of it claims a way back that it does not know", () => {
  expect(shippedDefinitions().filter(({ rollback }) => rollback)).toEqual([]);
});

const hasTerraform = spawnSync("terraform", ["version"]).status === 0;

it.skipIf(!hasTerraform)(
  "Terraform plans, applies exactly that, finds it done, and refuses a stale plan",
  { timeout: 120_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "ade-terraform-"));
    const write = (input: string) =>
      writeFile(join(folder, "main.tf"), `resource "terraform_data" "a" {\n  input = "${input}"\n}\n`);
    try {
      await write("one");
      const { PATH, HOME } = process.env;
      execFileSync("terraform", ["init", "-input=false"], {
        cwd: folder,
        env: { PATH, HOME },
        stdio: "ignore",
      });
      const book = createCommandBook({ file: { read: () => [shipped("terraform", folder)] } });
      const executor = createCommandExecutor({ book });
      const executors = createExecutorsService({ adapters: [executor] });
      const config = { ...commandTask("terraform", {}), type: "terraform.apply" };
      await executors.validate(config);
      const first = await executors.plan(config, attemptContext());
      expect(first.errors).toEqual([]);
      expect(first.changes[0]?.diff).toContain('+ resource "terraform_data" "a"');
      const stash = await executor.stash(config, attemptContext());
      const planned = await executors.plan(config, { ...attemptContext(), stash });
      expect(executors.sameChanges(config, first.changes, planned.changes)).toBe(true);
      const stale = await executor.stash(config, attemptContext());
      const { output } = await executor.apply(config, attemptContext({ stash }));
      expect(output).toContain("Apply complete! Resources: 1 added");
      expect(await executor.inspect(stash, config, attemptContext())).toBe("done");
      await expect(executor.apply(config, attemptContext({ stash: stale }))).rejects.toThrow(
        "Saved plan is stale",
      );
      const again = await executors.plan(config, attemptContext());
      expect(again.warnings).toContain("The plan finds nothing to change.");
      await write("two");
      const drifted = await executors.plan(config, attemptContext());
      expect(executors.sameChanges(config, again.changes, drifted.changes)).toBe(false);
      expect(await executor.inspect(stash, config, attemptContext())).toBe("foreign");
    } finally {
      await rm(folder, { recursive: true });
    }
  },
);
