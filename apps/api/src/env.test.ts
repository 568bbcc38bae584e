import { expect, test } from "vitest";
import { readEnvironment } from "./env.ts";

const good = {
  DATABASE_URL: "postgresql://ade:hunter2@127.0.0.1:5432/ade",
  REDIS_URL: "redis://127.0.0.1:6379",
  ADE_SECRET: "x".repeat(32),
};

test("little is needed; the rest has defaults", () => {
  expect(readEnvironment(good)).toMatchObject({
    PORT: 3000,
    HOST: "127.0.0.1",
    ADE_PUBLIC_URL: "http://localhost:3000",
    ADE_TRUST_PROXY: false,
    ADE_TEST_EXECUTORS: false,
    LOG_LEVEL: "info",
  });
  expect(readEnvironment({ ...good, PORT: "8080" }).ADE_PUBLIC_URL).toBe("http://localhost:8080");
  expect(readEnvironment({ ...good, ADE_PUBLIC_URL: "https://ade.example.org/" }).ADE_PUBLIC_URL).toBe(
    "https://ade.example.org",
  );
});

test.each([
  ["0", false],
  ["2", 2],
  ["10.0.0.0/8, 127.0.0.1", ["10.0.0.0/8", "127.0.0.1"]],
])("ADE_TRUST_PROXY=%s is %j", (given, expected) => {
  expect(readEnvironment({ ...good, ADE_TRUST_PROXY: given }).ADE_TRUST_PROXY).toEqual(expected);
});

test.each([
  ["PORT", "70000", /PORT expects a port/],
  ["PORT", "3000x", /PORT expects a port/],
  ["ADE_PUBLIC_URL", "ade.example.org", /ADE_PUBLIC_URL expects the address/],
  ["DATABASE_URL", "mysql://x", /DATABASE_URL expects postgresql/],
  ["DATABASE_URL", "", /DATABASE_URL is missing; it expects postgresql/],
  ["ADE_SECRET", "short", /ADE_SECRET expects 32 characters/],
  ["ADE_TEST_EXECUTORS", "yes", /ADE_TEST_EXECUTORS expects 1/],
  ["ADE_SQL_CONNECTIONS", "{hunter2", /ADE_SQL_CONNECTIONS expects JSON like/],
  ["ADE_TRUST_PROXY", "everybody", /ADE_TRUST_PROXY expects/],
  ["LOG_LEVEL", "loud", /LOG_LEVEL expects trace/],
])("%s=%j is named with what is expected", (name, value, sentence) => {
  expect(() => readEnvironment({ ...good, [name]: value })).toThrow(sentence);
});

test("all wrong ones are named at once, and no value is shown", () => {
  const wrong = { ...good, PORT: "hunter3", ADE_SECRET: "hunter4" };
  expect(() => readEnvironment(wrong)).toThrow(/PORT.*ADE_SECRET/);
  expect(() => readEnvironment(wrong)).not.toThrow(/hunter/);
});
