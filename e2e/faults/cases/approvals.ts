import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createEffectSink } from "@ade/core/executors/adapters/noop/effect-sink";
import { type Fault, lasting } from "../fault.ts";
import { noopTask } from "../task-load.ts";
import { until } from "./workers.ts";

/** Time for what happens between an approval and its effect. */
const UNDO_SECONDS = 5;
const SETTLED_MS = 60_000;
const LOOK_EVERY_MS = 200;
/** Far beyond every token that is granted in here. */
const NEWEST_TOKEN = "9000000000000000";
/** A task that is refused by its row is tried again by the sweep, every five seconds. */
const REFUSED_MS = 8_000;

const BEFORE = "before\n";
const AFTER = "after\n";
const FOREIGN = "somebody else's\n";
const FORGED = "forged\n";

const fileTask = (path: string): Record<string, unknown> => ({
  type: "configuration.file",
  description: `Write ${path}`,
  resources: [{ type: "configuration", id: `chaos/${path}`, actions: ["write"] }],
  parameters: { root: "chaos", path, content: AFTER },
});

type Meddled = { by: "nobody" | "a file" | "the row"; path: string; id: string | null };

export const approvalFaults: Fault[] = [
  {
    name: "changed-after-approval",
    about:
      "The file that a task writes, or the task's own row, is changed between its approval and its effect",
    async run({ house, name, tasks, complain, show }) {
      const at = (path: string) => join(house.filesDir, path);
      const ways: Meddled["by"][] = ["nobody", "a file", "the row"];
      const meddled = await Promise.all(
        [...ways, ...ways].map(async (by, index): Promise<Meddled> => {
          const path = `${name}-${index}.txt`;
          writeFileSync(at(path), BEFORE);
          // Without a plan only the hash stands between a forged row and its effect.
          const options = { undo_seconds: UNDO_SECONDS, skip_preview: by === "the row" };
          const id = await tasks.propose(fileTask(path), options);
          if (id === null) complain(`the task for ${path} could not be proposed`);
          else if (by === "a file") writeFileSync(at(path), FOREIGN);
          else if (by === "the row")
            await house.pool.query(
              "UPDATE task_revision SET config = jsonb_set(config, '{parameters,content}', to_jsonb($2::text)) WHERE task_id = $1",
              [id, FORGED],
            );
          return { by, path, id };
        }),
      );
      const ids = meddled.flatMap(({ id }) => id ?? []);
      const states = async () => {
        const { rows } = await house.pool.query<{ id: string; state: string; revision: number }>(
          "SELECT id, state, revision FROM task WHERE id = ANY($1::uuid[])",
          [ids],
        );
        return new Map(rows.map((row) => [row.id, row]));
      };
      const areSettled = async () =>
        [...(await states()).values()].every(({ state, revision }) => state === "COMPLETED" || revision > 1);
      if (!(await until(areSettled, SETTLED_MS, LOOK_EVERY_MS))) complain("I5: not all were decided again");
      const now = await states();
      for (const { by, path, id } of meddled) {
        const text = readFileSync(at(path), "utf8");
        const { state, revision } = (id && now.get(id)) || { state: "nowhere", revision: 0 };
        if (by === "nobody" && (state !== "COMPLETED" || text !== AFTER))
          complain(`I2: ${path}, with which nobody meddled, is ${state} and says ${JSON.stringify(text)}`);
        if (by === "a file" && text !== FOREIGN)
          complain(`I2: ${path} was written over after it had changed`);
        if (by === "the row" && text !== BEFORE)
          complain(`I2: the forged row of ${path} was applied, and is not what was approved`);
        if (by !== "nobody" && revision < 2)
          complain(`I2: the task of ${path} is ${state}, not reviewed again`);
      }
      show(`${meddled.filter(({ by }) => by !== "nobody").length} of ${meddled.length} meddled with`);
    },
  },
  {
    name: "older-token",
    about:
      "The row of an approved task has seen a newer token than its worker's: it is not applied under the older",
    async run({ house, random, name, tasks, complain, show }) {
      const ids = await Promise.all(
        [0, 1, 2].map((at) =>
          tasks.propose(noopTask(`${name}-old-${at}`, 0), { undo_seconds: UNDO_SECONDS }),
        ),
      );
      const known = ids.flatMap((id) => id ?? []);
      if (known.length < ids.length) complain("a task could not be proposed");
      await house.pool.query("UPDATE task SET fencing_token = $2 WHERE id = ANY($1::uuid[])", [
        known,
        NEWEST_TOKEN,
      ]);
      await lasting(UNDO_SECONDS * 1000 + REFUSED_MS + random.int(0, 2_000));
      const effects = await createEffectSink(house.sinkDir).read("applied");
      const early = effects.filter(({ idempotency_key }) => known.includes(idempotency_key.split(":")[0]!));
      for (const { idempotency_key } of early)
        complain(`I1: ${idempotency_key} was applied under a token older than its row's`);
      await house.pool.query("UPDATE task SET fencing_token = NULL WHERE id = ANY($1::uuid[])", [known]);
      // From here on they are tasks like all others, and judged with them.
      for (const id of known) {
        tasks.answered.created.add(id);
        tasks.answered.approved.add(id);
      }
      show(`${known.length} rows with a newer token`);
    },
  },
];
