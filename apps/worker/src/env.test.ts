import { expect, test } from "vitest";
import { readEnvironment } from "./env.ts";

const sound = {
  DATABASE_URL: "postgres://localhost/ade",
  REDIS_URL: "redis://localhost",
  ADE_SECRET: "a secret of thirty-two characters at least",
};

test("what is not set has the defaults of the specification", () => {
  expect(readEnvironment(sound)).toMatchObject({
    ADE_LOCK_TTL_SECONDS: 30,
    ADE_LOCK_DELAY_SECONDS: 15,
    ADE_DRAIN_SECONDS: 25,
    ADE_TEST_EXECUTORS: false,
  });
});

test("every wrong setting is named in one sentence, and no value is repeated", () => {
  const wrong = { ...sound, DATABASE_URL: "mysql://x", ADE_SECRET: "short", ADE_LOCK_TTL_SECONDS: "4" };
  const read = () => readEnvironment(wrong);
  expect(read).toThrow(/DATABASE_URL: .*ADE_SECRET: .*ADE_LOCK_TTL_SECONDS: /s);
  expect(read).not.toThrow(/short/);
});

test("secrets are read by name; a wrong one is named without its value", () => {
  expect([...readEnvironment({ ...sound, ADE_SECRET_DB_PASSWORD: "value" }).secrets]).toEqual([
    ["db-password", "value"],
  ]);
  const read = () => readEnvironment({ ...sound, "ADE_SECRET_NOT-A-NAME": "value" });
  expect(read).toThrow("ADE_SECRET_NOT-A-NAME: a secret's name");
  expect(read).not.toThrow(/value/);
});
