import type { CreateAgent } from "@ade/client";
import type { Cli, Definition } from "../cli.ts";
import { cliErrors } from "../errors.ts";
import { readJson } from "../input.ts";
import { plainLine } from "../output/plain.ts";

/** What `ade agents export` and the dashboard write. */
const FORMAT = "community-ade.agent/1";

/** `ade agents create` */
export const createAgent: Definition = (parent, cli) => {
  parent
    .command("create")
    .description("make an agent and its key, which is shown this once")
    .requiredOption("-f, --file <path>", "JSON as POST /agents takes it; - is standard input")
    .option("--name <name>", "another name than the file's")
    .action(async ({ file, name }) =>
      make(cli, { ...(await readJson(cli.io, file)), ...(name ? { name } : {}) }),
    );
};

/** `ade agents import` */
export const importAgent: Definition = (parent, cli) => {
  parent
    .command("import")
    .description("make an agent from an exported file; its key is shown this once")
    .argument("<path>", "the file; - is standard input")
    .option("--name <name>", "another name than the file's")
    .action(async (path, { name }) => {
      const { format, agent } = await readJson(cli.io, path);
      if (format !== FORMAT || typeof agent !== "object" || agent === null) {
        throw cliErrors.NOT_AN_AGENT_FILE({ message: `${path} is no exported agent (${FORMAT}).` });
      }
      await make(cli, { ...agent, ...(name ? { name } : {}) });
    });
};

async function make(cli: Cli, input: object): Promise<void> {
  const { client, out } = cli.open();
  out.show(await client.agents.create(input as CreateAgent), ({ agent, api_key }, style) =>
    [
      `${style.green("✓")} ${style.bold(plainLine(agent.name))} is made: ${agent.id}`,
      `Its key, shown this once: ${style.bold(api_key)}`,
      style.dim("The program uses it as ADE_API_KEY."),
    ].join("\n"),
  );
}
