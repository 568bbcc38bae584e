import type { Definition } from "../cli.ts";
import { fields } from "../output/fields.ts";
import { plainLine } from "../output/plain.ts";

/** `ade whoami`: who the server takes us for. */
export const whoami: Definition = (parent, cli) => {
  parent
    .command("whoami")
    .description("show whose key this is and what it may do")
    .action(async () => {
      const { client, out, url } = cli.open();
      const me = await client.me();
      out.show(me, (_, style) =>
        fields(style, [
          ["Name", style.bold(plainLine(me.name))],
          ["Kind", me.kind === "user" ? "person" : me.kind],
          ["Email", me.email && plainLine(me.email)],
          ["Roles", me.roles.join(", ")],
          ["Groups", me.groups.map(plainLine).join(", ")],
          ["Scopes of this key", me.scopes?.join(", ") ?? "all that it may"],
          ["Id", me.id],
          ["Server", url],
        ]),
      );
    });
};
