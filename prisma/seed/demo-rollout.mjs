// The program behind the demo's command: a pretend rollout, whose whole world is state.json in its folder. Its manners
// are those that commands need (docs/guides/add-a-command.md): a saved plan, exit codes 0, 1 and 2, a way back.
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

const STATE = "state.json";
const STEP_MS = 400;
const [verb, ...rest] = process.argv.slice(2);
const option = (name) => rest.find((each) => each.startsWith(`--${name}=`))?.slice(name.length + 3);
const read = (file) => JSON.parse(readFileSync(file, "utf8"));
const current = () => (existsSync(STATE) ? read(STATE) : { version: "1.0.0", replicas: 2 });
const same = (a, b) => a.version === b.version && a.replicas === b.replicas;

function write(state) {
  writeFileSync(`${STATE}.new`, `${JSON.stringify(state)}\n`);
  renameSync(`${STATE}.new`, STATE);
}

const stale = () => {
  process.stderr.write("The checkout is no longer as it was when this was planned.\n");
  process.exitCode = 1;
};

const verbs = {
  plan() {
    const [from, to] = [current(), { version: option("version"), replicas: Number(option("replicas")) }];
    writeFileSync(option("out"), JSON.stringify({ from, to }));
    if (same(from, to)) return console.log("Nothing to roll out.");
    for (const name of ["version", "replicas"]) {
      if (from[name] === to[name]) console.log(`  ${name}: ${from[name]}`);
      else console.log(`- ${name}: ${from[name]}\n+ ${name}: ${to[name]}`);
    }
    process.exitCode = 2;
  },
  async apply() {
    const { from, to } = read(rest[0]);
    if (same(current(), to)) return console.log("Rolled out already.");
    if (!same(current(), from)) return stale();
    for (let replica = 1; replica <= to.replicas; replica += 1) {
      await delay(STEP_MS);
      console.log(`replica ${replica} of ${to.replicas} runs ${to.version}`);
    }
    write(to);
    console.log("Rolled out.");
  },
  rollback() {
    const { from, to } = read(rest[0]);
    if (same(current(), from)) return console.log("Nothing to bring back.");
    if (!same(current(), to)) return stale();
    write(from);
    console.log(`Back at ${from.version} with ${from.replicas} replicas.`);
  },
};

await verbs[verb]();
