import { expect, test } from "vitest";
import { errors } from "../../kernel/errors.ts";
import { createTurnstile } from "./turnstile.ts";

function make() {
  const state = { isAway: false, waiting: 0, drains: 0, opened: 0, probes: 0, duringDrain: () => {} };
  const turnstile = createTurnstile({
    room: { count: async () => state.waiting },
    async probe() {
      state.probes += 1;
      if (state.isAway) throw errors.DEPENDENCY_UNAVAILABLE();
    },
    async drain() {
      state.drains += 1;
      state.waiting = 0;
      state.duringDrain();
    },
    onOpen() {
      state.opened += 1;
    },
  });
  return { turnstile, state };
}

test("who was there before a process began goes first; then the way is free", async () => {
  const { turnstile, state } = make();
  state.waiting = 3;
  expect(turnstile.isOpen()).toBe(false);
  await Promise.all([turnstile.pass(), turnstile.pass(), turnstile.pass()]);
  expect(state).toMatchObject({ drains: 1, probes: 1, opened: 1 });
  expect(turnstile.isOpen()).toBe(true);
});

test("nobody passes while Redis is away, and the room is left alone", async () => {
  const { turnstile, state } = make();
  Object.assign(state, { isAway: true, waiting: 3 });
  await expect(turnstile.pass()).rejects.toMatchObject({ status: 503 });
  expect(state).toMatchObject({ drains: 0, waiting: 3, opened: 0 });
  state.isAway = false;
  await turnstile.pass();
  expect(turnstile.isOpen()).toBe(true);
});

test("shut while it was being opened: whoever is about to pass looks again, for somebody may queue behind that look", async () => {
  const { turnstile, state } = make();
  state.waiting = 1;
  state.duringDrain = () => {
    // As where an acquire that failed before queues now, after the room was seen empty.
    state.duringDrain = () => {};
    state.waiting = 1;
    turnstile.shut();
  };
  await turnstile.pass();
  expect(state).toMatchObject({ waiting: 0, drains: 2, probes: 2 });
  expect(turnstile.isOpen()).toBe(true);
});
