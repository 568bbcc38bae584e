import { describe, expect, it } from "vitest";
import { taskConfigOf } from "../../contract.ts";
import { createRegistry } from "../../registry.ts";
import { createFilesExecutor } from "./configuration-file.ts";
import { MAX_PATH_LENGTH } from "./file-path.ts";

const registry = createRegistry([createFilesExecutor({ roots: { app: "/nowhere/at/all" } })]);
const validate = (path: string) =>
  registry.validate(
    taskConfigOf({ type: "configuration.file", parameters: { root: "app", path, content: "x" } }),
  );

describe("paths", () => {
  it.each([
    "..",
    "../x",
    "a/../../x",
    "a/..",
    "./../x",
    "/etc/passwd",
    "//etc/passwd",
    "/",
    ".",
    "./a",
    "a/./b",
    "a//b",
    "a/",
    "",
    "%2e%2e/x",
    "%2E%2E%2Fx",
    "..%2fx",
    "%252e%252e%252fx",
    "..%c0%afx",
    "%00",
    "a%",
    "..\\x",
    "a\\..\\x",
    "\\\\server\\share",
    "C:/x",
    "a\0",
    "a\0/../b",
    "a\nb",
    "a\u007fb",
    "a\u0085b",
    "a\u202eb",
    "a\u200bb",
    "a\u2028b",
    "a\ufeffb",
    "a\ud800",
    "．．/x",
    "‥/x",
    "a／b",
    "a＼b",
    "e\u0301.conf",
    "раypal.conf",
    " a",
    "a /b",
    "*.conf",
    ".git",
    ".git/hooks/post-commit",
    "x/.GIT/config",
    ".ade-0000000000000000-1.tmp",
    "x".repeat(MAX_PATH_LENGTH + 1),
    `${"ü".repeat(128)}`,
  ])("refuses %j with 400 and the field", async (path) => {
    const refusal = await validate(path).catch((error) => error);
    expect(refusal).toMatchObject({ code: "VALIDATION_ERROR", status: 400 });
    expect(refusal.details).toContainEqual({ field: "config.parameters.path", issue: expect.any(String) });
  });

  it.each([
    "a",
    "a/b/c.conf",
    "..a",
    "a..b",
    "...",
    ".env",
    ".gitignore",
    "über/naïve.conf",
    "日本.conf",
    "a b.conf",
    "a:b@c+d=e,f;g'h\"i$j&k",
    "x".repeat(MAX_PATH_LENGTH),
  ])("takes %j", async (path) => {
    await expect(validate(path)).resolves.toBe(undefined);
  });
});
