import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openCommandFile, parseCommands } from "./command-file.ts";

const SOUND = `
- name: restart
  directory: services
  plan: [systemctl, show, "{unit}"]
  apply: [systemctl, restart, "{unit}"]
  parameters:
    properties: { unit: { type: string, enum: [web, mail] } }
    required: [unit]
`;

describe("ADE_COMMANDS", () => {
  it("holds a list of definitions, with folders from where it lies", () => {
    expect(parseCommands(SOUND, "/etc/ade/commands.yaml")).toMatchObject([
      { name: "restart", directory: "/etc/ade/services", plan_exit_codes: [0], retry: "never" },
    ]);
    expect(parseCommands("", "/x.yaml")).toEqual([]);
  });

  it.each([
    ["name: x", "/c.yaml must hold a list of commands."],
    ["- [a", "/c.yaml, line 1, column 5: "],
    ["- name: x\n  name: y", "/c.yaml, line 2, column 3: "],
    ["- 1", "/c.yaml, entry 1: definition "],
    [`${SOUND}- name: second\n  directory: /srv\n  plan: [a]`, "/c.yaml, entry 2 (second): apply "],
    [SOUND.replace("[systemctl, restart,", "[systemctl, 3,"), "/c.yaml, entry 1 (restart): apply.1 "],
    [
      SOUND.replaceAll("{unit}", "{unti}"),
      "/c.yaml, entry 1 (restart): plan.2 {unti} is not declared in parameters; ",
    ],
    [SOUND + SOUND, "/c.yaml, entry 2 (restart): name is that of an earlier entry."],
    [
      `- &a [x]\n- &b [${"*a,".repeat(60)}]\n- &c [${"*b,".repeat(60)}]\n- [${"*c,".repeat(60)}]`,
      "/c.yaml can't be read as YAML: ",
    ],
  ])("names file, entry and field of what is faulty: %j", (text, sentence) => {
    expect(() => parseCommands(text, "/c.yaml")).toThrow(sentence);
  });

  describe("while it is used", () => {
    let folder: string;
    let path: string;
    const warnings: string[] = [];
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), "ade-commands-"));
      path = join(folder, "commands.yaml");
      warnings.length = 0;
    });
    afterEach(() => rm(folder, { recursive: true }));
    const opened = () => openCommandFile(path, (sentence) => warnings.push(sentence));

    it("is no definitions and one warning where it is missing", async () => {
      const file = opened();
      expect([file.read(), file.read()]).toEqual([[], []]);
      expect(warnings).toEqual([`ADE_COMMANDS names ${path}, which is not there: it defines no commands.`]);
      await writeFile(path, SOUND);
      expect(file.read()).toHaveLength(1);
    });

    it("stops the start where it is faulty", async () => {
      await writeFile(path, "- name: x");
      expect(opened).toThrow(TypeError);
    });

    it("is read again when it changes; a faulty change leaves what was, and says so", async () => {
      await writeFile(path, SOUND);
      const file = opened();
      await writeFile(path, SOUND.replace("restart,", "reload, now,"));
      expect(file.read()[0]!.apply[1]).toBe("reload");
      await writeFile(path, "- name: x");
      expect(file.read()[0]!.apply[1]).toBe("reload");
      expect(file.problem).toContain("entry 1 (x)");
      expect(warnings).toHaveLength(1);
      await writeFile(path, "[]");
      expect([file.read(), file.problem]).toEqual([[], null]);
    });
  });
});
