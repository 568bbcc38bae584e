import { writeFileSync } from "node:fs";
import type { Definition } from "../cli.ts";
import { findAgent } from "./find.ts";

/** `ade agents export` */
export const exportAgent: Definition = (parent, cli) => {
  parent
    .command("export")
    .description("write an agent's settings as a file, without its keys")
    .argument("<agent>", "its name or id")
    .option("-o, --output <path>", "into this file, and not on standard output")
    .action(async (given, { output }) => {
      const { client, out, io } = cli.open();
      const { id, name } = await findAgent(client, given);
      const text = `${JSON.stringify(await client.agents.export(id), null, 2)}\n`;
      if (output === undefined) {
        io.stdout.write(text);
        return;
      }
      writeFileSync(output, text);
      out.show({ id, name, path: output }, () => `Wrote ${output}.`);
    });
};
