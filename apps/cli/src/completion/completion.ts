import type { Definition } from "../cli.ts";
import { oneOf } from "../options.ts";
import { completionScript, SHELLS } from "./scripts.ts";
import { placesOf } from "./tree.ts";

/** `ade completion`: made from the commands themselves, so it knows all of them. */
export const completion: Definition = (parent, cli) => {
  parent
    .command("completion")
    .description("print the completion script of a shell")
    .argument("<shell>", SHELLS.join(", "), oneOf(SHELLS))
    .addHelpText(
      "after",
      "\nIn ~/.bashrc: source <(ade completion bash); in ~/.zshrc the same with zsh; in fish: ade completion fish | source",
    )
    .action((shell) => {
      cli.io.stdout.write(completionScript(shell, placesOf(parent)));
    });
};
