import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MUTANTS } from "./mutants.ts";

const HOME = join(import.meta.dirname, "../..");
const VITEST = join(HOME, "node_modules/.bin/vitest");

type Outcome = { passed: number; failed: number };

/** The races of approvals, so many of each; then every mutant, which some test must notice. Answers what failed. */
export async function runApprovals({
  rounds,
  seed,
  only,
}: {
  rounds: number;
  seed: number;
  only: string[];
}): Promise<string[]> {
  const problems: string[] = [];
  if (rounds > 0) {
    const raced = await vitest(["packages/core/src/gate/races.test.ts"], {
      ...{ ADE_RACE_ROUNDS: String(rounds), ADE_RACE_SEED: String(seed) },
    });
    console.log(`races from seed ${seed}, ${rounds} of each: ${raced.passed} passed, ${raced.failed} failed`);
    if (raced.failed > 0 || raced.passed === 0) problems.push("races");
  }
  const chosen = MUTANTS.filter(({ name }) => only.length === 0 || only.includes(name));
  const files = [...new Set(chosen.flatMap(({ tests }) => tests))];
  const sound = await vitest(files.map(inCore), {});
  if (sound.failed > 0 || sound.passed === 0) return [...problems, "the tests fail without any mutant"];
  for (const { name, tests } of chosen) {
    const { failed } = await vitest(tests.map(inCore), { ADE_MUTANT: name });
    console.log(`mutant "${name}": ${failed > 0 ? `caught by ${failed}` : "SURVIVED"}`);
    if (failed === 0) problems.push(`mutant "${name}"`);
  }
  return problems;
}

const inCore = (file: string): string => `packages/core/src/${file}`;

/** Tests in a process of their own; what does not even load fails no test, and so catches no mutant. */
async function vitest(files: readonly string[], env: Record<string, string>): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), "ade-long-"));
  const report = join(folder, "report.json");
  const config = join(import.meta.dirname, "mutant.config.ts");
  const options = ["run", "--config", config, "--bail=0", "--reporter=json", `--outputFile=${report}`];
  try {
    await new Promise<void>((resolve, reject) => {
      const child = spawn(VITEST, [...options, ...files], {
        cwd: HOME,
        env: { ...process.env, ...env },
        stdio: ["ignore", "ignore", "ignore"],
      });
      child.once("error", reject).once("exit", () => resolve());
    });
    const told = JSON.parse(await readFile(report, "utf8"));
    return { passed: told.numPassedTests, failed: told.numFailedTests };
  } catch {
    return { passed: 0, failed: 0 };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
