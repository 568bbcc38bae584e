import { expect, test } from "vitest";
import { createTaskInput, editTaskInput, taskEntry } from "../tasks/schema.ts";
import { simulateInput } from "./schema.ts";

const config = (name: string) => ({
  type: "test.noop",
  description: "One change",
  resources: [{ type: "service", id: "web", name }],
});

test("attack: a resource's name reaches into the key beside it: refused where it comes in, read where it is stored", () => {
  for (const name of ["Web \u202edorp/bw", "two\nlines", "\u2066x"]) {
    for (const input of [createTaskInput, editTaskInput, simulateInput]) {
      const { error } = input.safeParse({ config: config(name) });
      expect(error?.issues.map(({ path }) => path.join("."))).toEqual(["config.resources.0.name"]);
    }
    expect(taskEntry.shape.config.safeParse(config(name)).success).toBe(true);
  }
  expect(createTaskInput.parse({ config: config(" Wéb — ב ") }).config.resources[0]?.name).toBe("Wéb — ב");
});
