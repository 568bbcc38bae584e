import type { Definition } from "../cli.ts";
import { EXIT_CODES } from "../exit-codes.ts";
import { fields } from "../output/fields.ts";
import { plainLine } from "../output/plain.ts";
import { when } from "../output/times.ts";

/** `ade audit verify` */
export const verifyAudit: Definition = (parent, cli) => {
  parent
    .command("verify")
    .description("check the whole chain; ends with 1 where it is broken")
    .action(async () => {
      const { client, out } = cli.open();
      const report = await client.audit.verify();
      out.show(report, ({ ok, sealed, unsealed, head, anchors, fault, checked_at }, style) =>
        [
          ok
            ? style.green("✓ The record is whole.")
            : style.red(`✗ ${fault?.kind}: ${plainLine(fault?.message ?? "")}`),
          fields(style, [
            ["Entries", `${sealed} sealed, ${unsealed} not yet`],
            ["Head", head && `${head.seq} ${head.hash}`],
            ["Anchors", String(anchors)],
            ["Checked", when(checked_at)],
          ]),
        ].join("\n"),
      );
      if (!report.ok) cli.endWith(EXIT_CODES.failed.code);
    });
};
