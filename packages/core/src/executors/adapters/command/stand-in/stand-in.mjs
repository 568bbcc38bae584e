#!/usr/bin/env node
// A small program with Terraform's manners, for the tests: a state folder, saved plans, exit codes 0, 1 and 2.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [verb, ...rest] = process.argv.slice(2);
const option = (name) =>
  rest.find((element) => element.startsWith(`-${name}=`))?.slice(name.length + 2) ?? null;
const stateFile = () => join(option("state") ?? "state", "state.json");
const readState = () =>
  existsSync(stateFile()) ? JSON.parse(readFileSync(stateFile(), "utf8")) : { serial: 0, value: "" };
const writeState = (state) => writeFileSync(stateFile(), JSON.stringify(state));
const readPlan = () =>
  JSON.parse(
    readFileSync(
      rest.find((element) => !element.startsWith("-")),
      "utf8",
    ),
  );
const say = (text) => process.stdout.write(`${text}\n`);
const stale = () => {
  process.stderr.write("Error: Saved plan is stale\n");
  process.exitCode = 1;
};

const verbs = {
  /** What the folder's desired.txt and the variable make of the state; exits with 0 for nothing, 2 for changes. */
  plan() {
    const state = readState();
    const to = `${readFileSync("desired.txt", "utf8").trim()} x ${option("var")?.replace("size=", "")}`;
    say(`stand-in: Refreshing state... [took ${process.hrtime.bigint()} ns]`);
    if (option("out")) {
      writeFileSync(option("out"), JSON.stringify({ serial: state.serial, from: state.value, to }));
      say(`Saved the plan to: ${option("out")}`);
    }
    if (state.value === to) return say("No changes.");
    say(`  - value = ${JSON.stringify(state.value)}\n  + value = ${JSON.stringify(to)}`);
    process.exitCode = 2;
  },
  apply() {
    const plan = readPlan();
    const state = readState();
    if (state.serial !== plan.serial) return stale();
    const lines = Number(option("lines") ?? 1);
    for (let line = 0; line < lines; line++) say(`Modifying... [${line}]`);
    writeState({ serial: plan.serial + 1, value: plan.to });
    say("Apply complete!");
  },
  rollback() {
    const plan = readPlan();
    const state = readState();
    if (state.serial === plan.serial) return say("Nothing to bring back.");
    if (state.serial !== plan.serial + 1 || state.value !== plan.to) return stale();
    writeState({ serial: plan.serial, value: plan.from });
    say("Brought back.");
  },
  /** What it was started with. */
  show() {
    say(JSON.stringify({ argv: rest, env: process.env, cwd: process.cwd() }));
  },
  /** Never ends, hears no SIGTERM, and has a child that does not either; writes both process ids into a file. */
  hang() {
    const deaf = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)";
    const child = spawn(process.execPath, ["-e", deaf], { stdio: "inherit" });
    process.on("SIGTERM", () => say("told to end"));
    setInterval(() => undefined, 1000);
    writeFileSync(option("pids"), JSON.stringify([process.pid, child.pid]));
    say("hanging");
  },
  /** Leaves a child behind that goes on. */
  leave() {
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "inherit" });
    child.unref();
    writeFileSync(option("pids"), JSON.stringify([process.pid, child.pid]));
  },
  /** More than anybody reads. */
  async flood() {
    const bytes = Number(option("bytes"));
    const line = `${"x".repeat(99)}\n`;
    for (let written = 0; written < bytes; written += line.length)
      if (!process.stdout.write(line)) await once(process.stdout, "drain");
  },
  paint() {
    process.stdout.write("\u001b[31mred\u001b[0m \u0007bell\u202e turned\r\nnext\u0000line\n");
  },
  fail() {
    process.stderr.write("Error: no such thing\n");
    process.exitCode = Number(option("code") ?? 1);
  },
};

await verbs[verb]();
