import { InvalidArgumentError } from "commander";
import type { Definition } from "../cli.ts";
import { completionScript, SHELLS, type Shell } from "./scripts.ts";
import { placesOf } from "./tree.ts";

/** `ade completion`: made from the commands themselves, so it knows all of them. */
export const completion: Definition = (parent, cli) => {
  parent
    .command("completion")
    .description("print the completion script of a shell")
    .argument("<shell>", SHELLS.join(", "), shellOf)
    .addHelpText(
      "after",
      "\nIn ~/.bashrc: source <(ade completion bash); in ~/.zshrc the same with zsh; in fish: ade completion fish | source",
    )
    .action((shell) => {
      cli.io.stdout.write(completionScript(shell, placesOf(parent)));
    });
};

function shellOf(text: string): Shell {
  const shell = SHELLS.find((each) => each === text);
  if (!shell) throw new InvalidArgumentError(`It is ${SHELLS.join(", ")}.`);
  return shell;
}
