import type { Command } from "@commander-js/extra-typings";

/** One thing that may be typed at a place: a command or an option. */
export type Word = { text: string; description: string; takesValue: boolean };
/** A place in the tree of commands: ` task list`, or empty for the program itself. */
export type Place = { at: string; words: readonly Word[] };

/** Every place where something can be completed, aliases too. */
export function placesOf(program: Command): Place[] {
  return below(program, [""], wordsOf(program).options);
}

function below(command: Command, paths: readonly string[], shared: readonly Word[]): Place[] {
  const { commands, options } = wordsOf(command);
  const seen = new Set(options.map(({ text }) => text));
  const words = [...commands, ...options, ...shared.filter(({ text }) => !seen.has(text))];
  return [
    ...paths.map((at) => ({ at, words })),
    ...command.commands.flatMap((child) => {
      const names = [child.name(), ...child.aliases()];
      return below(
        child as unknown as Command,
        paths.flatMap((at) => names.map((name) => `${at} ${name}`)),
        shared,
      );
    }),
  ];
}

function wordsOf(command: Command): { commands: Word[]; options: Word[] } {
  return {
    commands: command.commands.map((child) => ({
      text: child.name(),
      description: child.description(),
      takesValue: false,
    })),
    options: [
      ...command.options.map(({ long, description, required, optional }) => ({
        text: long ?? "",
        description,
        takesValue: required || optional,
      })),
      { text: "--help", description: "show help", takesValue: false },
    ],
  };
}
