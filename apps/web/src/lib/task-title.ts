/** What a task is called where there is room for a line: the first one of its description. */
export const taskTitle = ({ config }: { config: { description: string } }): string =>
  config.description.split("\n", 1)[0] ?? "";
