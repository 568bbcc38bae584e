import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

type Hook = { command?: string; bash?: string; timeout?: number; timeoutSec?: number; failClosed?: boolean };

const GUIDE = join(import.meta.dirname, "../../../../docs/guides/tool-call-hooks.md");
const samples = [...readFileSync(GUIDE, "utf8").matchAll(/^### (.+)\n\n```json\n([\s\S]*?)```/gm)].map(
  ([, title = "", json = ""]) => ({ agent: title.split(" (")[0]!, hooks: hooksIn(JSON.parse(json)) }),
);
const before = samples.flatMap(({ agent, hooks }) =>
  hooks.map((hook) => ({ agent, hook, command: hook.command ?? hook.bash! })),
);

/** Every hook before a call, however deep an agent's file holds it. */
function hooksIn(value: unknown): Hook[] {
  if (typeof value !== "object" || value === null) return [];
  if ("command" in value || "bash" in value) return [value as Hook];
  return Object.entries(value).flatMap(([name, member]) => (name.startsWith("Post") ? [] : hooksIn(member)));
}

/** Runs a sample's command in a shell where `ade` does this. */
function runWith(command: string, ade: string | null) {
  const folder = mkdtempSync(join(tmpdir(), "ade-guide-"));
  if (ade !== null) {
    writeFileSync(join(folder, "ade"), `#!/bin/sh\n${ade}\n`);
    chmodSync(join(folder, "ade"), 0o755);
  }
  return spawnSync("/bin/sh", ["-c", command], { env: { PATH: folder }, encoding: "utf8", input: "{}" });
}

test("the guide has a sample for each agent", () => {
  expect(samples.map(({ agent }) => agent)).toEqual([
    ...["Claude Code", "Cursor", "Gemini CLI", "Codex CLI", "GitHub Copilot CLI"],
  ]);
  expect(before).toHaveLength(7);
});

describe("the guide's samples fail closed", () => {
  const broken: [string, string | null][] = [
    ["is not there", null],
    ["fails", "exit 1"],
    ["is killed", "kill -9 $$"],
  ];
  test.each(before.flatMap((sample) => broken.map(([how, ade]) => ({ ...sample, how, ade }))))(
    "$agent, where ade $how",
    ({ hook, command, ade }) => {
      // Its own word for it; what else happens is the agent's to hold.
      if (hook.failClosed) return;
      const { status, stdout, stderr } = runWith(command, ade);
      if (hook.bash) expect(JSON.parse(stdout)).toMatchObject({ permissionDecision: "deny" });
      else
        expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining("ade gate failed") });
    },
  );

  test.each(before)("$agent: an answer of ade's is left as it is", ({ command }) => {
    expect(runWith(command, "echo '{}'")).toMatchObject({ status: 0, stdout: "{}\n", stderr: "" });
  });

  test.each(before)("$agent: ade answers well before the hook's time is over", ({ hook, command }) => {
    const seconds = hook.timeoutSec ?? (hook.timeout! > 10_000 ? hook.timeout! / 1000 : hook.timeout!);
    const wait = Number(/--wait (\d+)/.exec(command)?.[1]);
    expect(seconds - wait).toBeGreaterThanOrEqual(20);
  });
});
