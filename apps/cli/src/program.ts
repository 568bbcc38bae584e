import type { Command } from "@commander-js/extra-typings";
import { CommanderError, Command as RealCommand } from "commander";
import { login } from "./account/login.ts";
import { logout } from "./account/logout.ts";
import { whoami } from "./account/whoami.ts";
import { acp } from "./acp/acp.ts";
import { agents } from "./agents/group.ts";
import { approvals } from "./approvals/group.ts";
import { audit } from "./audit/group.ts";
import { type Cli, createContext, type Definition, type GlobalOptions, type Io } from "./cli.ts";
import { completion } from "./completion/completion.ts";
import { cliErrors } from "./errors.ts";
import { watch } from "./events/watch.ts";
import { EXIT_CODES, exitCodeOf } from "./exit-codes.ts";
import { reportFailure } from "./failure-report.ts";
import { gate } from "./gate/gate.ts";
import { locks } from "./locks/group.ts";
import { mcp } from "./mcp/mcp.ts";
import { seconds } from "./options.ts";
import { createStyle } from "./output/style.ts";
import { tasks } from "./tasks/group.ts";
import { version } from "./version.ts";

const PATIENCE_SECONDS = 10;

/** Every command of `ade`, in the order in which help shows them. */
const DEFINITIONS: readonly Definition[] = [
  ...[login, logout, whoami],
  ...[tasks, approvals, locks, agents, audit, watch],
  ...[acp, gate, mcp, completion],
];

/** Runs one command line. Answers its exit code; whatever goes wrong is told on standard error. */
export async function run(argv: readonly string[], io: Io): Promise<number> {
  let exitCode: number = EXIT_CODES.ok.code;
  // Known before the rest is: what is wrong with the line is told in the form that the line asks for.
  const json = argv.slice(0, argv.includes("--") ? argv.indexOf("--") : undefined).includes("--json");
  const program = createProgram(io, json, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(argv, { from: "user" });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) {
      reportFailure(error, io, { json: (program.opts() as GlobalOptions).json === true });
      return exitCodeOf(error);
    }
    if (error.exitCode === 0) return 0;
    if (json) reportFailure(cliErrors.USAGE({ message: usageOf(error) }), io, { json });
    return EXIT_CODES.usage.code;
  }
}

/** What commander found wrong; where it only shows help, that a command is missing. */
function usageOf({ code, message }: CommanderError): string {
  return code === "commander.help" ? "No command was given." : message.replace(/^error: /, "");
}

function exitCodeLines(): string {
  return Object.values(EXIT_CODES)
    .map(({ code, when }) => `  ${String(code).padStart(3)}  ${when}`)
    .join("\n");
}

/** The tree of commands, bound to what it may read and write. With `json` the caller tells what was wrong with the line. */
function createProgram(io: Io, json: boolean, endWith: Cli["endWith"]): Command {
  const colours = createStyle(io.stderr, io.env);
  const program = new RealCommand("ade") as unknown as Command;
  program
    .description("Community ADE: propose changes, review them, hold locks, watch what happens.")
    .option("--url <address>", "the server (ADE_URL; else where you signed in last)")
    .option("--api-key <key>", "your key (better: ADE_API_KEY or `ade login`, which others do not see)")
    .option(
      "--patience <time>",
      "keep trying for so long while the server is away",
      seconds,
      PATIENCE_SECONDS,
    )
    .option("--json", "answer with the API's JSON, for programs")
    .version(version(), "-v, --version", "show the version")
    .helpOption("-h, --help", "show help")
    .helpCommand("help [command]", "show help of a command")
    .showSuggestionAfterError()
    .showHelpAfterError("Run it with --help to see what it takes.")
    .addHelpText("after", () => `\nIt ends with\n${exitCodeLines()}`)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void (json || io.stderr.write(text)),
      getOutHelpWidth: () => io.stdout.columns ?? 100,
      getErrHelpWidth: () => io.stderr.columns ?? 100,
      outputError: (text, write) => write(colours.red(text)),
    });
  const cli: Cli = {
    io,
    options: () => program.opts() as unknown as GlobalOptions,
    open: () => createContext(io, program.opts() as unknown as GlobalOptions),
    endWith,
  };
  for (const define of DEFINITIONS) define(program, cli);
  return program;
}
