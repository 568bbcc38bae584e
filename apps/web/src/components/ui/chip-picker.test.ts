import { expect, test } from "vitest";
import { meantBy } from "./chip-picker.tsx";

const choices = [
  { value: "database:prod-main", label: "database:prod-main" },
  { value: "u1", label: "On Call" },
];

test("only what was typed whole is taken for a choice, by its value or its label", () => {
  expect(meantBy("database:prod-main", choices)?.value).toBe("database:prod-main");
  expect(meantBy("on call", choices)?.value).toBe("u1");
  expect(meantBy("database:prod", choices)).toBeUndefined();
  expect(meantBy("", choices)).toBeUndefined();
});
