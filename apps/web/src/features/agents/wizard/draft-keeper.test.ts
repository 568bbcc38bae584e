import { expect, test, vi } from "vitest";
import { Problem } from "#lib/problem.ts";
import type { AgentDraft } from "../agent-types.ts";
import { createDraftKeeper, type Keeping } from "./draft-keeper.ts";

const stored = (version: number, name = "") =>
  ({ id: "d", version, data: { name } }) as unknown as AgentDraft;
const content = (name: string) => ({ step: 1, data: { name } });

function keeper(save: (name: string, version: number) => Promise<AgentDraft>) {
  const told: Keeping["state"][] = [];
  const create = vi.fn(async () => stored(1));
  const pause = vi.fn(async () => {});
  const made = createDraftKeeper(
    {
      create,
      save: ({ data, version }) => save(data.name ?? "", version),
      pause,
      tell: ({ state }) => told.push(state),
    },
    null,
  );
  return { made, create, pause, told };
}

test("what is put while a save is on its way is saved after it, the latest only, on the version it answered", async () => {
  const saves: [string, number][] = [];
  const first = Promise.withResolvers<void>();
  const { made, create } = keeper(async (name, version) => {
    saves.push([name, version]);
    if (saves.length === 1) await first.promise;
    return stored(version + 1, name);
  });
  const all = [made.put(content("a")), made.put(content("ab")), made.put(content("abc"))];
  await vi.waitFor(() => expect(saves).toHaveLength(1));
  const last = made.put(content("abcd"));
  first.resolve();
  expect((await Promise.all([...all, last])).map(({ version }) => version)).toEqual([3, 3, 3, 3]);
  expect(saves.map(([, version]) => version)).toEqual([1, 2]);
  expect(saves[1]?.[0]).toBe("abcd");
  expect(create).toHaveBeenCalledOnce();
});

test("while the server is away it tries again and loses nothing", async () => {
  let tries = 0;
  const { made, pause, told } = keeper(async (name, version) => {
    tries += 1;
    if (tries < 3) throw new Problem({ code: "UNREACHABLE", status: 0, message: "away" });
    return stored(version + 1, name);
  });
  expect((await made.put(content("kept"))).data.name).toBe("kept");
  expect(pause).toHaveBeenCalledTimes(2);
  expect(told).toEqual(["saving", "waiting", "saving", "waiting", "saving", "saved"]);
});

test("where another window was faster it stops and says so", async () => {
  const { made, told } = keeper(async () => {
    throw new Problem({ code: "CONFLICT", status: 409, message: "changed meanwhile" });
  });
  await expect(made.put(content("late"))).rejects.toThrow("changed meanwhile");
  expect(told.at(-1)).toBe("overtaken");
});
