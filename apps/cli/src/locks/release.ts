import type { Definition } from "../cli.ts";

/** `ade locks release` */
export const releaseLock: Definition = (parent, cli) => {
  parent
    .command("release")
    .description("give a lock back; an admin takes it from its holder with --force and --reason")
    .argument("<id>", "id of the lock")
    .option("--force", "although somebody else holds it; for admins")
    .option("--reason <text>", "why, with --force")
    .action(async (id, { force, reason }) => {
      const { client, out } = cli.open();
      await client.locks.release(id, {
        ...(force ? { force } : {}),
        ...(reason === undefined ? {} : { reason }),
      });
      out.show({ id, released: true }, () => `Released ${id}.`);
    });
};
