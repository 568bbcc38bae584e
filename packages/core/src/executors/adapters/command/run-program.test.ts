import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { attemptContext } from "../../contract.ts";
import { OUTPUT_LIMIT_BYTES } from "../../output.ts";
import { createExecutorsService } from "../../service.ts";
import { type CommandWorld, commandTask, openCommandWorld, standIn } from "./command-fixture.ts";
import { runProgram } from "./run-program.ts";
import type { CommandInput } from "./schema.ts";

let world: CommandWorld;
let pidFile: string;
beforeEach(async () => {
  world = await openCommandWorld();
  pidFile = join(world.folder, "pids.json");
});
afterEach(() => world.close());

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    // A zombie has ended; whoever should collect it may be slow.
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
};
const pids = () => JSON.parse(readFileSync(pidFile, "utf8")) as number[];
const until = (holds: () => boolean) => expect.poll(holds, { timeout: 15_000, interval: 20 }).toBe(true);

const run = (argv: string[], over: Partial<Parameters<typeof runProgram>[0]> = {}) =>
  runProgram({
    argv,
    directory: world.folder,
    environment: {},
    signal: new AbortController().signal,
    onOutput: () => undefined,
    ...over,
  });

describe("the process group of a program", () => {
  it("is dead with its grandchild when the abort has been answered, though both are deaf to SIGTERM", async () => {
    const stop = new AbortController();
    let printed = "";
    const running = run(standIn("hang", `-pids=${pidFile}`), {
      signal: stop.signal,
      graceMs: 300,
      onOutput: (text) => {
        printed += text;
        if (text.includes("hanging")) stop.abort("lost");
      },
    });
    await expect(running).rejects.toBe("lost");
    expect(printed).toContain("told to end");
    await until(() => !pids().some(isAlive));
  });

  it("is ended with the worker that was killed", async () => {
    const program = JSON.stringify(standIn("hang", `-pids=${pidFile}`));
    const source = fileURLToPath(new URL("./run-program.ts", import.meta.url));
    const worker = spawn(
      process.execPath,
      [
        "--input-type=module",
        "-e",
        `import { runProgram } from ${JSON.stringify(source)};
         await runProgram({ argv: ${program}, directory: "/", environment: {}, graceMs: 100,
           signal: new AbortController().signal, onOutput: (text) => process.stdout.write(text) });`,
      ],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    await new Promise<void>((resolve) => {
      worker.stdout.on("data", (chunk) => String(chunk).includes("hanging") && resolve());
    });
    expect(pids().every(isAlive)).toBe(true);
    worker.kill("SIGKILL");
    await until(() => !pids().some(isAlive));
  });

  it("is ended when its worker is silent for longer than its locks last", async () => {
    const end = await run(standIn("hang", `-pids=${pidFile}`), {
      graceMs: 100,
      silenceMs: 1_500,
      // A worker whose loop stands still, as far as the program can see.
      onOutput: (text) => {
        if (!text.includes("hanging")) return;
        const until = performance.now() + 3_000;
        while (performance.now() < until);
      },
    });
    expect(end).toEqual({ code: null, signal: "SIGKILL" });
    await until(() => !pids().some(isAlive));
  });

  it("ends with the program: what it leaves behind does not go on", async () => {
    expect(await run(standIn("leave", `-pids=${pidFile}`))).toEqual({ code: 0, signal: null });
    await until(() => !pids().some(isAlive));
  });

  it("does not begin once the signal is aborted", async () => {
    const begun = run(standIn("leave", `-pids=${pidFile}`), { signal: AbortSignal.abort("drained") });
    await expect(begun).rejects.toBe("drained");
    expect(existsSync(pidFile)).toBe(false);
  });
});

describe("what a task gives to a command", () => {
  const TEXT = { properties: { text: { type: "string" } }, required: ["text"] };
  const showing = (over: Partial<CommandInput> = {}) =>
    world.terraformLike({
      plan: standIn("show", "before", "{text}", "-x={text}", "after"),
      apply: standIn("show"),
      parameters: TEXT,
      resources: [{ type: "infrastructure", id: "net" }],
      ...over,
    });

  it.each([
    "; rm -rf /",
    "$(touch /tmp/pwned) `id`",
    "a b\tc",
    "two\nlines",
    "'\"\\",
    "{text}",
    "{stash}",
    "* ? ~ $HOME",
    "ünïcödé 🙂",
    "x".repeat(90_000),
  ])("reaches it as one element, unchanged: %.40s", async (text) => {
    const executor = world.executor([showing()]);
    const config = commandTask("infra", { text });
    await createExecutorsService({ adapters: [executor] }).validate(config);
    const argv: string[] = [];
    const { changes } = await executor.plan(config, attemptContext());
    argv.push(...(JSON.parse(changes[0]!.diff!) as { argv: string[] }).argv);
    expect(argv).toEqual(["before", text, `-x=${text}`, "after"]);
  });

  it.each([
    ["-rf", "must not begin with a dash: the program would take it for an option"],
    ["--force", "must not begin with a dash: the program would take it for an option"],
    ["a\0b", "must not hold NUL characters"],
    ["\u001b[31m", "must not hold control characters"],
    ["a\rb", "must not hold control characters"],
    ["Bearer secret://token@2", "must not be a secret"],
    ["x".repeat(100_001), "must not be longer than 100000 bytes"],
    ["é".repeat(60_000), "must not be longer than 100000 bytes"],
  ])("is refused: %.20s", async (text, issue) => {
    const executors = createExecutorsService({ adapters: [world.executor([showing()])] });
    const refusal = await executors.validate(commandTask("infra", { text })).catch((error) => error);
    expect(refusal.details[0].issue).toMatch(issue);
    expect(refusal.details[0].field).toMatch(/^config\.parameters\.arguments/);
    const plan = await executors.plan(commandTask("infra", { text }), attemptContext());
    expect(plan.valid).toBe(false);
  });

  it("may begin with a dash inside an element, and after a bare --", async () => {
    const plan = standIn("show", "-x={text}", "--", "{text}");
    const executors = createExecutorsService({ adapters: [world.executor([showing({ plan })])] });
    await expect(executors.validate(commandTask("infra", { text: "-rf" }))).resolves.toBe(undefined);
  });

  it("may be held against a pattern that would take for ever", async () => {
    const parameters = { properties: { text: { type: "string", pattern: "^(a+)+$" } }, required: ["text"] };
    const executors = createExecutorsService({ adapters: [world.executor([showing({ parameters })])] });
    const slow = executors.validate(commandTask("infra", { text: `${"a".repeat(40)}!` }));
    await expect(slow).rejects.toMatchObject({ details: [{ field: "config.parameters.arguments.text" }] });
    await expect(executors.validate(commandTask("infra", { text: "aaa" }))).resolves.toBe(undefined);
  });

  it("gives no name to a resource that could be another's", async () => {
    const definition = showing({ resources: [{ type: "configuration", id: "app/{text}" }] });
    const executors = createExecutorsService({ adapters: [world.executor([definition])] });
    const config = commandTask("infra", { text: "../other" });
    await expect(executors.validate(config)).rejects.toMatchObject({ code: "VALIDATION_ERROR" });
  });
});

describe("what a command prints", () => {
  const planned = (plan: string[], deadlineMs = 60_000) =>
    createExecutorsService({
      adapters: [world.executor([world.terraformLike({ plan })], { graceMs: 200, planOutput: 4_000_000 })],
      planDeadlineMs: deadlineMs,
    }).plan(commandTask("infra", { size: 3 }), attemptContext());

  it("is bounded, and compared in full", async () => {
    const { changes, warnings } = await planned(standIn("flood", "-bytes=3000000"));
    expect(Buffer.byteLength(changes[0]!.diff!)).toBeLessThan(OUTPUT_LIMIT_BYTES + 100);
    expect(warnings.join()).toContain("longer than what is shown");
    const other = await planned(standIn("flood", "-bytes=3000100"));
    expect(other.changes[0]!.after).not.toEqual(changes[0]!.after);
  });

  it("ends a plan that prints for ever", async () => {
    const { valid, errors } = await planned(standIn("flood", "-bytes=1e12"));
    expect(valid).toBe(false);
    expect(errors).toEqual(["The plan of infra printed more than 4000000 characters and was ended."]);
  });

  it("has no colours, control characters or direction marks", async () => {
    const { changes } = await planned(standIn("paint"));
    expect(changes[0]!.diff).toBe("red bell turned\nnextline\n");
  });

  it("ends a plan that never ends, and its process group with it", async () => {
    const { errors } = await planned(standIn("hang", `-pids=${pidFile}`), 3_000);
    expect(errors).toEqual(["The plan took longer than 3 s."]);
    await until(() => !pids().some(isAlive));
  });

  it("leaves no folder behind, and none that others may enter", async () => {
    const definition = world.terraformLike({
      plan: ["sh", "-c", 'stat -c %a "$1"; echo "$1" > folder.txt', "sh", "{stash}"],
    });
    const { changes } = await world
      .executor([definition])
      .plan(commandTask("infra", { size: 3 }), attemptContext());
    expect(changes[0]!.diff).toBe("700\n");
    expect(existsSync(readFileSync(join(world.folder, "folder.txt"), "utf8").trim())).toBe(false);
  });

  it("refuses a plan that leaves links or too much in its folder", async () => {
    const stashOf = (script: string) => {
      const definition = world.terraformLike({ plan: ["sh", "-c", script, "sh", "{stash}"] });
      return world.executor([definition]).stash(commandTask("infra", { size: 3 }), attemptContext());
    };
    await expect(stashOf('ln -s /etc/passwd "$1/plan"')).rejects.toThrow("is no plain file");
    await expect(stashOf('head -c 9000000 /dev/zero > "$1/plan"')).rejects.toThrow("more than 8 MiB");
  });
});
