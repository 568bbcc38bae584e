import process from "node:process";
import { isCoded } from "@ade/client";
import { InvalidArgumentError } from "commander";
import type { Context, Definition } from "../cli.ts";
import { cliErrors } from "../errors.ts";
import { runProxy } from "./proxy.ts";

const DEFAULT_WAIT_SECONDS = 600;
const DEFAULT_CALL_SECONDS = 900;

/** `ade acp -- <command>`: an ACP agent whose permissions are decided here. */
export const acp: Definition = (parent, cli) => {
  parent
    .command("acp")
    .description("stand between an editor and an ACP agent, and have its permissions decided by the server")
    .argument("<command...>", "the agent's command, behind --")
    .option(
      "--wait <seconds>",
      "how long a call waits for its decision",
      seconds(5, 86_400),
      DEFAULT_WAIT_SECONDS,
    )
    .option(
      "--call-limit <seconds>",
      "how long a call may run before its record is closed",
      seconds(1, 3_600),
      DEFAULT_CALL_SECONDS,
    )
    .option("--workspace <name>", "what the folder is called in resources (else <folder>@<host>)")
    .addHelpText(
      "after",
      "\nExample, as an editor's agent command:\n  ade acp -- claude-code-acp\n\nIt acts by an agent's own key (ADE_API_KEY), which the agent is not given. What your account can read, as a key of\n`ade login`, the agent can read as well: keep keys of people who approve off it.",
    )
    .action(async ([first, ...rest], options) => {
      const context = cli.open();
      const identity = await agentOf(context);
      const ending = new AbortController();
      const end = () => ending.abort();
      for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.once(signal, end);
      cli.endWith(
        await runProxy({
          command: [first!, ...rest],
          client: context.client,
          url: context.url,
          agentId: identity,
          workspace: options.workspace,
          waitSeconds: options.wait,
          callSeconds: options.callLimit,
          io: context.io,
          signal: ending.signal,
        }),
      );
    });
};

/** The agent whose key this is; asked again later where the server is away now. @throws UNAUTHENTICATED, NOT_AN_AGENT */
async function agentOf({ client, io }: Context): Promise<() => string | null> {
  let id: string | null = null;
  let isAsking = false;
  const ask = async (patienceMs: number): Promise<void> => {
    const { body } = await client.send<{ id: string; kind: string }>({
      method: "GET",
      path: "/me",
      patienceMs,
    });
    if (body.kind !== "agent") throw cliErrors.NOT_AN_AGENT();
    id = body.id;
  };
  try {
    await ask(1_000);
  } catch (error) {
    if (!isCoded(error, "NO_ANSWER", "DEPENDENCY_UNAVAILABLE")) throw error;
    io.stderr.write("ade acp: Community ADE does not answer; until it does, every call is refused.\n");
  }
  return () => {
    if (id === null && !isAsking) {
      isAsking = true;
      ask(0)
        .catch(() => undefined)
        .finally(() => {
          isAsking = false;
        });
    }
    return id;
  };
}

function seconds(least: number, most: number) {
  return (text: string): number => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It must be a whole number of seconds from ${least} to ${most}.`);
  };
}
