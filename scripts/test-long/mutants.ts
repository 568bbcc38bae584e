/** One deliberate mistake in a rule of approvals, and the tests that have to notice it. */
export type Mutant = {
  readonly name: string;
  /** Below packages/core/src. */
  readonly file: string;
  /** Text that stands in the file exactly once, and what stands there instead. */
  readonly from: string;
  readonly to: string;
  readonly tests: readonly string[];
};

const HASH_FIELDS = [
  ...["type", "version", "description", "resources", "parameters", "secrets", "rollback_strategy"],
  ...["timeout_seconds", "priority"],
];

/** The mistakes that reliability.md names, and their like in what decides since. */
export const MUTANTS: readonly Mutant[] = [
  {
    name: "quorum off by one",
    file: "policies/quorum.ts",
    from: "requirement.min_approvers - counted",
    to: "requirement.min_approvers - 1 - counted",
    tests: ["policies/quorum.test.ts", "gate/orders.test.ts"],
  },
  {
    name: "OR for AND",
    file: "approvals/decide.ts",
    from: "return requirements.every((requirement) => isMet",
    to: "return requirements.some((requirement) => isMet",
    tests: ["approvals/decide.test.ts", "gate/orders.test.ts"],
  },
  {
    name: "a role is not asked for",
    file: "policies/quorum.ts",
    from: "return missing === 0 && roles.length === 0;",
    to: "return missing === 0;",
    tests: ["policies/quorum.test.ts", "gate/orders.test.ts"],
  },
  {
    name: "author not excluded from answering",
    file: "approvals/decide.ts",
    from: "const ids = [task.author_id, task.author_owner_id,",
    to: "const ids = [task.author_owner_id,",
    tests: ["approvals/decide.test.ts"],
  },
  {
    name: "last editor not excluded from answering",
    file: "approvals/decide.ts",
    from: "task.editor_id, task.editor_owner_id]",
    to: "task.editor_owner_id]",
    tests: ["approvals/decide.test.ts"],
  },
  {
    name: "makers asked as if they were others",
    file: "policies/requirements.ts",
    from: "person.active && !excluded.has(person.id) && mayReview(person)",
    to: "person.active && mayReview(person)",
    tests: ["policies/requirements.test.ts"],
  },
  {
    name: "one person counted twice",
    file: "approvals/decide.ts",
    from: 'return new Set(\n    responses.filter(({ status }) => status === "APPROVED").map(({ reviewer_id }) => reviewer_id),\n  ).size;',
    to: 'return responses.filter(({ status }) => status === "APPROVED").length;',
    tests: ["approvals/decide.test.ts"],
  },
  {
    name: "superseded answers counted",
    file: "approvals/decide.ts",
    from: "released.filter((response) => response.status === status)",
    to: 'released.filter((response) => response.status === status || response.status === "SUPERSEDED")',
    tests: ["approvals/decide.test.ts", "gate/orders.test.ts"],
  },
  {
    name: "undo time not waited for",
    file: "approvals/decide.ts",
    from: "return response.release_at === null || new Date(response.release_at) <= now;",
    to: "return response.release_at === null || now !== undefined;",
    tests: ["approvals/decide.test.ts"],
  },
  ...HASH_FIELDS.map((field) => ({
    name: `hash without ${field}`,
    file: "executors/content.ts",
    from: "config: content.config,",
    to: `config: { ...content.config, ${field}: null },`,
    tests: ["executors/content.test.ts"],
  })),
  {
    name: "hash without the executor",
    file: "executors/content.ts",
    from: "executor: content.digest, changes",
    to: "changes",
    tests: ["executors/content.test.ts"],
  },
  {
    name: "an answer to an old revision accepted",
    file: "gate/respond.ts",
    from: "if (asked.revision !== task.revision)",
    to: "if (asked.revision < 0)",
    tests: ["gate/review.test.ts"],
  },
  {
    name: "an old hash accepted",
    file: "gate/respond.ts",
    from: "input.content_hash !== task.content_hash",
    to: "input.content_hash === null",
    tests: ["gate/review.test.ts"],
  },
  {
    name: "compare without swap",
    file: "gate/cas-task.ts",
    from: "AND version = $",
    to: "AND version >= 0 * $",
    tests: ["gate/races.test.ts", "gate/review.test.ts"],
  },
  {
    name: "passing on leaves too few people",
    file: "gate/ask-draft.ts",
    from: "...unsatisfiable(this.requirements).map(",
    to: "...unsatisfiable([]).map(",
    tests: ["gate/ask.test.ts", "gate/orders.test.ts"],
  },
  {
    name: "whoever passed it on may answer too",
    file: "gate/respond.ts",
    from: 'if (own?.status === "DELEGATED") throw approvalErrors.PASSED_ON();',
    to: "",
    tests: ["gate/responses.test.ts"],
  },
  {
    name: "one admin confirms their own override",
    file: "gate/override-answer.ts",
    from: "if (override.requested_by === actor.id) throw approvalErrors.SECOND_ADMIN_NEEDED();",
    to: "",
    tests: ["gate/overrides.test.ts"],
  },
  {
    name: "an override of an older review still open",
    file: "tasks/overrides.ts",
    from: 'return override.status === "open" && !isUnderWay ? "lapsed" : override.status;',
    to: "return isUnderWay ? override.status : override.status;",
    tests: ["gate/overrides.test.ts"],
  },
  {
    name: "a batch keeps what it could",
    file: "gate/batch.ts",
    from: "keep: isWhole && !dry_run",
    to: "keep: !dry_run || isWhole",
    tests: ["gate/batch.test.ts"],
  },
  {
    name: "rights not looked at again before applying",
    file: "gate/still-approved.ts",
    from: 'return status === "APPROVED" && person?.active && mayReview(person);',
    to: 'return status === "APPROVED";',
    tests: ["applying/checks.test.ts"],
  },
];
