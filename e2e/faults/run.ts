import { messageOf } from "@ade/embedded/plain-error";
import startServers from "@ade/testkit/global-setup";
import { historyClock } from "@ade/testkit/lock-history/history";
import { seededRandom } from "@ade/testkit/seeded-random";
import { type Call, type Chosen, ORDER } from "./command-line.ts";
import type { Control } from "./controls.ts";
import { type House, openHouse } from "./house.ts";
import { judge, RECOVERY_MS } from "./invariants.ts";
import { startLockLoad } from "./lock-load.ts";
import { withoutProtection } from "./preloads.ts";
import { addToReport, type RunRecord, readReport, reportTable } from "./report.ts";
import { startTaskLoad } from "./task-load.ts";

/** Grants before the fault, and after it: then the locks move again. */
const GRANTS_BEFORE = 20;
const GRANTS_AFTER = 20;
const SHOWN_FINDINGS = 8;
/** Whatever has not ended by then is killed with this process. */
const END_MS = 60_000;

/** Runs what was chosen, seed by seed, prints a line for each and a table at the end, and ends the process. */
export async function runAll({ chosen, seed, seeds, scale, minutes, report }: Call): Promise<void> {
  const stopServers = await startServers();
  let house: House | null = null;
  let isEnding = false;
  async function end(code: number): Promise<void> {
    if (isEnding) return;
    isEnding = true;
    setTimeout(() => process.exit(1), END_MS).unref();
    await house?.close().catch(() => undefined);
    await stopServers();
    process.exit(code);
  }
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void end(130));
  // A run that hangs must end too.
  setTimeout(() => {
    console.log(`The ${minutes} minutes are over.`);
    void end(1);
  }, minutes * 60_000).unref();

  let failed = 0;
  const records: RunRecord[] = [];
  try {
    for (const fault of chosen) {
      const reason = fault.cannotRun?.();
      if (reason) {
        console.log(`${nameOf(fault)}: skipped, ${reason}`);
        continue;
      }
      // A house is good for many faults; those that want another one get it.
      const { control } = fault;
      const isOwn = fault.house !== undefined || control !== undefined;
      if (house && isOwn) house = await closed(house);
      house ??= await openHouse({
        ...fault.house,
        ...(control?.without ? { settings: withoutProtection(control.name) } : {}),
      });
      for (let at = 0; at < seeds; at += 1) {
        const record = await runOnce(house, fault, seed + at, scale);
        records.push(record);
        if (report !== "") addToReport(report, record);
        if (record.problems.length > 0) failed += 1;
      }
      if (isOwn) house = await closed(house);
    }
  } catch (error) {
    failed += 1;
    console.log(`The run broke: ${error instanceof Error ? error.stack : messageOf(error)}`);
  }
  console.log(`\n${reportTable(report === "" ? records : readReport(report), ORDER)}\n`);
  console.log(`${records.length - failed} passed, ${failed} failed`);
  await end(failed > 0 ? 1 : 0);
}

/** A control's runs are told apart from those of its fault. */
function nameOf({ name, control }: Chosen): string {
  return control ? `control:${control.name}` : name;
}

async function closed(open: House): Promise<null> {
  await open.close();
  return null;
}

/** Load, fault, recovery, verdict: one line. */
async function runOnce(inHouse: House, fault: Chosen, ofSeed: number, scale: number): Promise<RunRecord> {
  const { control } = fault;
  const random = seededRandom(ofSeed);
  const name = `${fault.name}-${ofSeed}`;
  const started = performance.now();
  const figures: string[] = [];
  const complaints: string[] = [];
  const locks = startLockLoad(inHouse, random.fork(), name);
  const tasks = startTaskLoad(inHouse, random.fork(), name);
  await locks.granted(GRANTS_BEFORE, 30_000);
  const { loses = false, unheard = false, breaks = [], mayFail = false } = fault;
  const lies = fault.lies === true && control?.untold !== "lies";
  locks.record({ type: "fault", at_ms: historyClock.monotonicMs(), name: fault.name, loses, unheard });
  await fault.run({
    ...{ house: inHouse, random, locks, tasks, name },
    scaled: (ms) => ms * scale,
    complain: (sentence) => void complaints.push(sentence),
    show: (figure) => void figures.push(figure),
  });
  locks.record({ type: "healed", at_ms: historyClock.monotonicMs(), name: fault.name });
  const healed = performance.now();
  const wanted = locks.grants() + GRANTS_AFTER;
  await locks.granted(wanted, RECOVERY_MS);
  if (locks.grants() < wanted)
    complaints.push(`I5: ${wanted - locks.grants()} of ${GRANTS_AFTER} grants are missing after it healed`);
  const movedMs = performance.now() - healed;
  await Promise.all([tasks.stop(), locks.stop()]);
  const judged = await judge(inHouse, { locks, tasks, ignore: breaks, mayFail, lies });
  const { findings, locks: verdict, completed } = judged;

  const runMs = performance.now() - started;
  const found = [...complaints, ...findings.map(({ invariant, sentence }) => `${invariant}: ${sentence}`)];
  const problems = control ? whatItMissed(control, found) : found;
  if (control && problems.length === 0)
    figures.push(`found: ${found.find((one) => control.finds.test(one))}`);
  const line = [
    `${nameOf(fault)} seed ${ofSeed}: ${problems.length === 0 ? "ok" : `${problems.length} VIOLATIONS`}`,
    `${verdict.operations} lock operations, ${verdict.grants} grants, ${verdict.refused_writes} late writes refused`,
    `${completed} of ${tasks.answered.created.size} tasks completed`,
    `moved again after ${(movedMs / 1000).toFixed(1)} s`,
    ...figures,
    `${(runMs / 1000).toFixed(1)} s`,
  ];
  console.log(line.join("; "));
  for (const problem of problems.slice(0, SHOWN_FINDINGS)) console.log(`  ${problem}`);
  const { operations, grants, refused_writes } = verdict;
  return {
    ...{ fault: nameOf(fault), seed: ofSeed, at: new Date().toISOString(), problems },
    ...{ operations, grants, refused_writes, tasks_completed: completed },
    ...{ moved_again_ms: movedMs, applied_ms: judged.applied_at_ms - healed, run_ms: runMs },
  };
}

/** A control is well where the judge found what its missing protection lets through. Pure. */
function whatItMissed({ name, finds }: Control, found: readonly string[]): string[] {
  if (found.some((problem) => finds.test(problem))) return [];
  return [`${name}: nothing that ${finds} says was found, but ${found.join("; ") || "nothing at all"}`];
}
