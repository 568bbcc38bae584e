import type { Definition } from "../cli.ts";
import { EXIT_CODES } from "../exit-codes.ts";
import { seconds } from "../options.ts";
import { when } from "../output/times.ts";

/** `ade locks heartbeat` */
export const heartbeatLock: Definition = (parent, cli) => {
  parent
    .command("heartbeat")
    .description("extend locks that you hold")
    .argument("<ids...>", "ids of locks, up to 200")
    .option("--ttl <time>", "for so long from now (30s)", seconds)
    .action(async (ids, { ttl }) => {
      const { client, out } = cli.open();
      const options = ttl === undefined ? {} : { ttl_extension_seconds: ttl };
      const answer = { locks: await client.locks.heartbeatMany(ids, options) };
      out.show(answer, ({ locks }, style) =>
        locks
          .map(({ id, ok, code, expires_at }) =>
            ok ? `${style.green("✓")} ${id} until ${when(expires_at)}` : `${style.red("✗")} ${id} ${code}`,
          )
          .join("\n"),
      );
      if (answer.locks.some(({ ok }) => !ok)) cli.endWith(EXIT_CODES.lock_lost.code);
    });
};
