import type { Definition } from "../cli.ts";

/** `ade mcp`: our tools for a coding agent that starts its servers as programs. */
export const mcp: Definition = (parent, cli) => {
  parent
    .command("mcp")
    .description("speak the Model Context Protocol on standard input and output, for a coding agent")
    .action(async () => {
      const { url, apiKey, io } = cli.open();
      if (io.stdin.isTTY) {
        io.stderr.write("A coding agent starts this and speaks MCP with it; docs/guides/mcp.md shows how.\n");
      }
      // The protocol's library is read by those who speak it, not by every other command.
      const { bridge } = await import("./bridge.ts");
      await bridge({ url, apiKey, ...io });
    });
};
