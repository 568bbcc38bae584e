import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Caller, makeServer, type TestServer } from "@ade/api-server/test-server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newConfigFolder, runAde, runHere } from "../run-ade.ts";

let server: TestServer;
let ada: Caller;
let url: string;
const env = { XDG_CONFIG_HOME: newConfigFolder() };
const file = join(env.XDG_CONFIG_HOME, "ade/credentials.json");
beforeAll(async () => {
  server = await makeServer();
  url = await server.app.listen({ host: "127.0.0.1", port: 0 });
  ada = await server.person("ada", ["admin"]);
});
afterAll(() => server.close());
const keyOf = (caller: Caller) => caller.authorization.slice("Bearer ".length);

test("without a key nothing is asked, and what to do is said on standard error", async () => {
  const ended = await runAde(["whoami"], { env });
  expect(ended).toMatchObject({ code: 3, stdout: "" });
  expect(ended.stderr).toContain("NOT_SIGNED_IN");
  expect(ended.stderr).toContain("ade login");
});

test("login checks the key first, keeps it for its owner alone and for this server only", async () => {
  const wrong = await runAde(["login", "--url", url], { env, input: "ade_wrong\n" });
  expect(wrong).toMatchObject({ code: 3 });
  expect(() => statSync(file)).toThrow("ENOENT");

  const ended = await runAde(["login", "--url", `${url}/`], { env, input: `${keyOf(ada)}\n` });
  expect(ended).toMatchObject({ code: 0, stderr: "" });
  expect(ended.stdout).toContain(`Signed in to ${url} as ada`);
  expect(ended.stdout).not.toContain(keyOf(ada));
  expect(statSync(file).mode & 0o777).toBe(0o600);

  const me = await runAde(["whoami", "--json"], { env });
  expect(JSON.parse(me.stdout)).toMatchObject({ id: ada.id, roles: ["admin"] });
  // The same server by another name is another server to us.
  const other = await runAde(["whoami", "--url", url.replace("127.0.0.1", "localhost")], { env });
  expect(other.code).toBe(3);
});

test("the environment and the options go before what is stored; what is not valid is told as such", async () => {
  const stranger = await runAde(["--json", "whoami"], { env: { ...env, ADE_API_KEY: "ade_wrong" } });
  expect(stranger).toMatchObject({ code: 3, stdout: "" });
  expect(JSON.parse(stranger.stderr).error).toMatchObject({
    code: "UNAUTHENTICATED",
    next: expect.any(String),
  });
  expect(await runAde(["whoami", "--url", "ftp://example.org"], { env })).toMatchObject({ code: 2 });
  expect(await runAde(["whomai"], { env })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("whoami"),
  });
});

test("what is wrong with the command line is told in the form that was asked for", async () => {
  const wrong = async (...args: string[]) => {
    const { code, stdout, stderr } = await runHere([...args, "--json"], { env });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    return JSON.parse(stderr).error;
  };
  expect(await wrong("whoami", "--nope")).toMatchObject({
    ...{ code: "USAGE", message: "unknown option '--nope'", next: expect.stringContaining("--help") },
  });
  expect(await wrong("task", "list", "--limit", "x")).toMatchObject({
    message: expect.stringContaining("It takes a whole number."),
  });
  expect(await wrong("agents", "create")).toMatchObject({ message: expect.stringContaining("--file") });
  expect(await wrong()).toMatchObject({ message: "No command was given." });
  // What stands behind -- is another program's.
  const theirs = await runHere(["locks", "run", "--nope", "x", "--", "ls", "--json"], { env });
  expect(theirs).toMatchObject({ code: 2, stderr: expect.stringMatching(/^error: unknown option/) });
});

test("logout forgets the key", async () => {
  expect(await runAde(["logout"], { env })).toMatchObject({ code: 0, stdout: `Forgot the key of ${url}.\n` });
  expect(readFileSync(file, "utf8")).not.toContain(keyOf(ada));
  expect(await runAde(["whoami"], { env })).toMatchObject({ code: 3 });
  writeFileSync(file, "{");
  expect(await runAde(["whoami"], { env })).toMatchObject({ code: 2, stderr: expect.stringContaining(file) });
});
