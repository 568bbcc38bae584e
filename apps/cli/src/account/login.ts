import { createClient } from "@ade/client";
import { addressOf, DEFAULT_URL, type Definition } from "../cli.ts";
import { cliErrors } from "../errors.ts";
import { plainLine } from "../output/plain.ts";
import { credentialsFile, readCredentials, writeCredentials } from "./credentials.ts";
import { ask, askHidden, readAll } from "./prompt.ts";

/** `ade login`: keeps address and key once the server has said whose key it is. */
export const login: Definition = (parent, cli) => {
  parent
    .command("login")
    .description("sign in with an API key, which is kept for this server")
    .option(
      "--unattended",
      "let the key answer approvals without a terminal too: scripts of this account can, and so can its agents",
    )
    .addHelpText(
      "after",
      "\nMake a key in the dashboard under Settings, API keys, or take the one of an agent.\nWithout a terminal the key is read from standard input: ade login --url https://ade.example.org < key.txt",
    )
    .action(async ({ unattended }) => {
      const { io } = cli;
      const options = cli.options();
      const stored = readCredentials(io.env);
      const given = options.url ?? io.env.ADE_URL;
      const suggested = stored.current ?? DEFAULT_URL;
      const url = addressOf(given ?? (io.stdin.isTTY ? await ask(io, "Server", suggested) : suggested));
      const api_key = options.apiKey ?? io.env.ADE_API_KEY ?? (await readKey());
      if (!api_key) throw cliErrors.NO_KEY_GIVEN();
      const me = await createClient({
        url,
        apiKey: api_key,
        patienceMs: options.patience * 1000,
      }).me();
      const profile = {
        api_key,
        name: me.name,
        ...(unattended ? { answers_unattended: true as const } : {}),
      };
      const profiles = { ...stored.profiles, [url]: profile };
      writeCredentials(io.env, { current: url, profiles });
      cli
        .open()
        .out.show(me, (_, style) =>
          [
            `${style.green("✓")} Signed in to ${url} as ${style.bold(plainLine(me.name))}${me.kind === "agent" ? ", an agent" : ""}.`,
            style.dim(`The key is kept in ${credentialsFile(io.env)}.`),
          ].join("\n"),
        );

      async function readKey(): Promise<string> {
        return io.stdin.isTTY ? askHidden(io, "API key") : (await readAll(io.stdin)).trim();
      }
    });
};
