/** A run that has to fail: the product without one of its protections, or a judge that is not told of a lie. */
export type Control = {
  /** kebab-case, for `--control` */
  name: string;
  about: string;
  /** The fault under which it shows. */
  fault: string;
  /** What is taken out of the product's source as it is loaded; none where only the judge knows less. */
  without?: { file: string; text: string; instead: string };
  /** What of the fault the judge is not told. */
  untold?: "lies";
  /** One of the run's findings has to be this. */
  finds: RegExp;
};

export const CONTROLS: readonly Control[] = [
  {
    name: "without-key",
    about: "What an earlier attempt has done under the same key is done again",
    fault: "worker-killed-applied",
    without: {
      file: "/core/src/applying/attempt.ts",
      text: 'if (standing === "done")',
      instead: 'if (standing === ("never" as unknown))',
    },
    finds: /^I2: \S+ took effect 2 times/,
  },
  {
    name: "without-hash",
    about: "What is applied is not hashed again",
    fault: "changed-after-approval",
    without: {
      file: "/core/src/applying/prepare.ts",
      text: "deps.executors.contentHash(task.config, approvedChanges(task), stash) === task.content_hash",
      instead: "true",
    },
    finds: /^I2: .* was applied, and is not what was approved/,
  },
  {
    name: "without-comparison",
    about: "The plan of now is not compared with the approved one",
    fault: "changed-after-approval",
    without: {
      file: "/core/src/applying/prepare.ts",
      text: "approved && !deps.executors.sameChanges(task.config, approved, preview.changes)",
      instead: "approved === undefined",
    },
    finds: /^I2: .* was written over/,
  },
  {
    name: "without-token",
    about: "A task is claimed under a token that is not newer than the last",
    fault: "older-token",
    without: {
      file: "/core/src/applying/store.ts",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: text of the source
      text: "AND (fencing_token IS NULL OR fencing_token < ${token}::bigint)",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: text of the source
      instead: "AND ${token}::bigint > 0",
    },
    finds: /^I1: .* was applied under a token older than its row's/,
  },
  {
    name: "lie-untold",
    about: "A sink says done and did nothing, and the judge takes it for an honest one",
    fault: "sink-lying",
    untold: "lies",
    finds: /^I2: \S+ says success and has 0 effects/,
  },
];
