import { expect, test } from "vitest";
import { issueAbout, refusalWords } from "./refusal-words.ts";

const refused = {
  message: "config.parameters.url: leads elsewhere.",
  issues: [
    { field: "config.parameters.url", issue: "leads elsewhere" },
    { field: "config.parameters.compensate.url", issue: "leads elsewhere" },
  ],
};

test("a refusal says each field once, as the form names it", () => {
  expect(refusalWords(refused)).toEqual(["url: leads elsewhere", "compensate.url: leads elsewhere"]);
});

test("a refusal that names no field comes in its own words", () => {
  expect(refusalWords({ message: "You may not do this.", issues: [] })).toEqual(["You may not do this."]);
});

test("a field shows what is about it, and what is about something inside it", () => {
  expect(issueAbout(refused, "config.parameters.url")).toBe("Leads elsewhere");
  expect(issueAbout(refused, "config.parameters.compensate")).toBe("url: leads elsewhere");
  expect(issueAbout(refused, "config.parameters.headers")).toBeUndefined();
  expect(issueAbout(null, "config.parameters.url")).toBeUndefined();
});
