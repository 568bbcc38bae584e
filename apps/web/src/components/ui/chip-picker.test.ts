import { expect, test } from "vitest";
import { typedWhole } from "./chip-picker.tsx";

const choices = [
  { value: "database:prod-main", label: "database:prod-main" },
  { value: "u1", label: "On Call" },
  { value: "u2", label: "Kim Lee" },
  { value: "u3", label: "Kim Lee" },
];
const values = (text: string) => typedWhole(text, choices).map(({ value }) => value);

test("only what was typed whole is taken for a choice, by its value or its label", () => {
  expect(values("database:prod-main")).toEqual(["database:prod-main"]);
  expect(values("on call")).toEqual(["u1"]);
  expect(values("database:prod")).toEqual([]);
  expect(values("")).toEqual([]);
});

test("two of one name both fit, and their values tell them apart", () => {
  expect(values("kim lee")).toEqual(["u2", "u3"]);
  expect(values("u3")).toEqual(["u3"]);
});
