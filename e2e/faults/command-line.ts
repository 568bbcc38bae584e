import { parseArgs } from "node:util";
import { approvalFaults } from "./cases/approvals.ts";
import { deadlockFaults } from "./cases/deadlocks.ts";
import { hostFaults } from "./cases/host.ts";
import { lineFaults } from "./cases/lines.ts";
import { outageFaults } from "./cases/outage.ts";
import { postgresFaults } from "./cases/postgres.ts";
import { queueFaults } from "./cases/queues.ts";
import { redisFaults } from "./cases/redis.ts";
import { releaseFaults } from "./cases/release.ts";
import { sinkFaults } from "./cases/sinks.ts";
import { workerFaults } from "./cases/workers.ts";
import { CONTROLS, type Control } from "./controls.ts";
import type { Fault } from "./fault.ts";
import { readReport, reportTable } from "./report.ts";

const FAULTS = [
  ...redisFaults,
  ...lineFaults,
  ...workerFaults,
  ...sinkFaults,
  ...approvalFaults,
  ...hostFaults,
  ...postgresFaults,
  ...releaseFaults,
  ...deadlockFaults,
  ...queueFaults,
  ...outageFaults,
];
const USAGE = `npm run chaos -- --fault NAME [--seed N] [--seeds COUNT] [--scale PART] [--minutes N] [--report FILE]
npm run chaos -- --control NAME [--seed N] [--seeds COUNT]
npm run chaos -- --list
npm run chaos -- --report FILE

A real API, two workers, PostgreSQL and Redis with a fault proxy on every line; load, the fault, and the invariants of
reliability.md judged from PostgreSQL and recording sinks. "all" names every fault, or control: a run without one of the
product's protections, which is well only where the judge finds what that lets through. --scale 1 gives a fault the times
of the specification (0.2); --minutes (60) bounds it all. A table is printed at the end; with --report every run is
added to FILE, one JSON line each, and the table is of all that FILE keeps, other calls' runs too.`;

/** A fault, or with a control the same without one of the product's protections. */
export type Chosen = Fault & { control?: Control };

/** What is to be run. */
export type Call = {
  chosen: readonly Chosen[];
  seed: number;
  seeds: number;
  scale: number;
  minutes: number;
  /** A file, or none. */
  report: string;
};

/** Names in the order in which a report has them. */
export const ORDER: readonly string[] = [
  ...FAULTS.map(({ name }) => name),
  ...CONTROLS.map(({ name }) => `control:${name}`),
];

/**
 * What a command line asks to run; null where it asks for words, which are printed, or for what cannot be run, which
 * makes the exit code 2. It never calls `process.exit`: so soon after so much was loaded, Node may wait there for ever
 * for its own compiling threads.
 */
export function readCall(args: string[]): Call | null {
  const { values } = parseArgs({
    args,
    options: {
      fault: { type: "string", default: "" },
      control: { type: "string", default: "" },
      seed: { type: "string", default: "1" },
      seeds: { type: "string", default: "1" },
      scale: { type: "string", default: process.env.ADE_CHAOS_SCALE ?? "0.2" },
      minutes: { type: "string", default: "60" },
      report: { type: "string", default: "" },
      list: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const { fault, control, report } = values;
  if (values.help) return say(USAGE);
  if (values.list) return say(list());
  if (report !== "" && fault === "" && control === "") return say(reportTable(readReport(report), ORDER));
  const chosen: readonly Chosen[] = [
    ...named(FAULTS, fault),
    ...named(CONTROLS, control).flatMap((one) =>
      named(FAULTS, one.fault).map((its) => ({ ...its, control: one })),
    ),
  ];
  const [seed = 0, seeds = 0, scale = 0, minutes = 0] = [
    values.seed,
    values.seeds,
    values.scale,
    values.minutes,
  ].map(Number);
  const isSound = [seed, seeds, scale, minutes].every((number) => Number.isFinite(number) && number >= 0);
  if (chosen.length > 0 && isSound) return { chosen, seed, seeds, scale, minutes, report };
  process.exitCode = 2;
  return say(`There is no "${fault || control}", or a number is none.\n\n${USAGE}`);
}

function say(text: string): null {
  console.log(text);
  return null;
}

function list(): string {
  const lines = (all: readonly { name: string; about: string }[]) =>
    all.map(({ name, about }) => `${name.padEnd(24)} ${about}`);
  return [...lines(FAULTS), "", "Controls, which have to fail:", ...lines(CONTROLS)].join("\n");
}

function named<T extends { name: string }>(all: readonly T[], name: string): readonly T[] {
  return name === "all" ? all : all.filter((one) => one.name === name);
}
