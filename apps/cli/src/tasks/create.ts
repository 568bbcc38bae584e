import type { CreateTask } from "@ade/client";
import { InvalidArgumentError } from "commander";
import type { Definition } from "../cli.ts";
import { readJson } from "../input.ts";
import { collect, seconds, wholeNumber } from "../options.ts";
import { simulationText } from "./simulation-text.ts";
import { taskLine } from "./task-text.ts";
import { follow } from "./watch.ts";

type Config = CreateTask["config"];
type Resource = Config["resources"][number];

/** `ade task create`: from flags, from a file, or from a file with flags on top. */
export const createTask: Definition = (parent, cli) => {
  parent
    .command("create")
    .description("make a draft; with --submit send it to review at once")
    .option(
      "-f, --file <path>",
      "JSON as POST /tasks takes it, {config, metadata}, or config alone; - is standard input",
    )
    .option("-t, --type <type>", "type of task, such as configuration.file")
    .option("-d, --description <text>", "what it is for, in a sentence")
    .option(
      "-r, --resource <name=actions>",
      "what it touches, as often as needed: database:prod/main=write,delete",
      resource,
    )
    .option(
      "-p, --param <name=value>",
      "a parameter, as often as needed; the value is JSON where it reads as such",
      parameter,
    )
    .option("--rollback <strategy>", "automatic, manual or none")
    .option("--run-timeout <time>", "so long applying it may take (300s)", seconds)
    .option("--priority <number>", "0 to 100 (50)", wholeNumber)
    .option("--team <name>", "the team it is for")
    .option("--ticket <reference>", "where it was asked for")
    .option("--tag <tag>", "a tag, as often as needed", collect)
    .option("--dry-run", "tell what would happen, and store nothing")
    .option("-s, --submit", "send it to review")
    .option("-w, --wait", "with --submit: wait for the decision, as `ade task watch --decision` does")
    .option("--key <text>", "the same key makes the same task once, however often this is run")
    .addHelpText("after", EXAMPLES)
    .action(async (options) => {
      const { client, out, io } = cli.open();
      const given = options.file === undefined ? {} : await readJson(io, options.file);
      const input = taskOf(given, options);
      if (options.dryRun) {
        out.show(await client.tasks.dryRun(input), simulationText);
        return;
      }
      const { key } = options;
      const once = (step: string) => (key === undefined ? {} : { idempotencyKey: `${key}${step}` });
      let task = await client.tasks.create(input, once(""));
      if (options.submit && task.state === "DRAFT")
        task = await client.tasks.submit(task.id, {}, once(":submit"));
      if (options.submit && options.wait) {
        out.note(`Task ${task.id} waits for its decision.`);
        await follow(cli, task.id, { decision: true });
        return;
      }
      out.show(task, taskLine);
    });
};

type Flags = {
  type?: string | undefined;
  description?: string | undefined;
  resource?: Resource[] | undefined;
  param?: Record<string, unknown> | undefined;
  rollback?: string | undefined;
  runTimeout?: number | undefined;
  priority?: number | undefined;
  team?: string | undefined;
  ticket?: string | undefined;
  tag?: string[] | undefined;
};

/** What the file says, with the flags on top. What is missing or wrong, the server says. Pure. */
function taskOf(file: Readonly<Record<string, unknown>>, flags: Flags): CreateTask {
  const { config = {}, metadata = {} } = (
    "config" in file || Object.keys(file).length === 0 ? file : { config: file }
  ) as { config?: Partial<Config>; metadata?: CreateTask["metadata"] };
  const parameters = { ...config.parameters, ...flags.param };
  return {
    config: {
      ...config,
      ...defined({
        type: flags.type,
        description: flags.description,
        rollback_strategy: flags.rollback as Config["rollback_strategy"],
        timeout_seconds: flags.runTimeout,
        priority: flags.priority,
        resources: flags.resource,
        parameters: Object.keys(parameters).length > 0 ? parameters : undefined,
      }),
    } as Config,
    metadata: {
      ...metadata,
      ...defined({
        team: flags.team,
        ticket_ref: flags.ticket,
        tags: flags.tag,
      }),
    },
  };
}

function defined<T extends object>(fields: T): { [Field in keyof T]?: Exclude<T[Field], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}

/** `database:prod/main=write,delete`; `read` where no action is named. */
function resource(text: string, before: Resource[] = []): Resource[] {
  const [, type, name, actions = "read"] = /^([a-z_]+):([^=]+?)(?:=([a-z_,]+))?$/.exec(text) ?? [];
  if (!type || !name)
    throw new InvalidArgumentError("It takes type:namespace/id=actions: database:prod/main=write.");
  const slash = name.indexOf("/");
  const where = slash < 0 ? { id: name } : { namespace: name.slice(0, slash), id: name.slice(slash + 1) };
  return [...before, { type, ...where, actions: actions.split(",") } as Resource];
}

/** `path=hello.txt`, `count=3`, `tags=["a"]`. */
function parameter(text: string, before: Record<string, unknown> = {}): Record<string, unknown> {
  const at = text.indexOf("=");
  if (at < 1) throw new InvalidArgumentError("It takes name=value.");
  return { ...before, [text.slice(0, at)]: jsonOrText(text.slice(at + 1)) };
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const EXAMPLES = `
Examples:
  ade task create -t configuration.file -d "Say hello" -r configuration:demo-prod/hello=write \\
    -p root=demo -p path=hello.txt -p content=hello --submit
  ade task create --file change.json --dry-run
  jq '.config.parameters.version = "2.1"' change.json | ade task create --file - --submit --wait`;
