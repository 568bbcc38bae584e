import type { Definition } from "../cli.ts";
import { readCredentials, writeCredentials } from "./credentials.ts";

/** `ade logout`: forgets the key of this server. */
export const logout: Definition = (parent, cli) => {
  parent
    .command("logout")
    .description("forget the key of this server; the key itself stays valid until it is revoked")
    .action(() => {
      const { url, out, io } = cli.open();
      const { current, profiles } = readCredentials(io.env);
      const { [url]: gone, ...left } = profiles;
      const next = current === url ? (Object.keys(left)[0] ?? null) : current;
      if (gone) writeCredentials(io.env, { current: next, profiles: left });
      out.show({ url, was_signed_in: gone !== undefined }, () =>
        gone ? `Forgot the key of ${url}.` : `There was no key of ${url}.`,
      );
    });
};
