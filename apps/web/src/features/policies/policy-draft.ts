import type { PolicyEntry, PolicyInput } from "@ade/core/policies/schema";
import type { Inputs } from "#lib/api.ts";

export type TimeWindow = NonNullable<PolicyInput["time_windows"]>[number];
export type FreezeDates = NonNullable<NonNullable<PolicyInput["freeze"]>["dates"]>[number];
/** A policy as it is, as it once was, or as an example says. */
export type Rules = Partial<Omit<PolicyEntry, "id" | "version" | "created_at" | "updated_at">>;

/** A policy as the form holds it: numbers as they are typed, absent lists as empty ones. */
export type PolicyDraft = {
  name: string;
  active: boolean;
  task_types: string[];
  resource_patterns: string[];
  risk_threshold: string;
  min_approvers: string;
  groups: string[];
  reviewers: string[];
  required_roles: string[];
  reject_threshold: string;
  due_in_hours: string;
  escalate_to: string[];
  owner_may_answer: boolean;
  editor_may_approve: boolean;
  time_windows: TimeWindow[];
  freezes: boolean;
  freeze_name: string;
  freeze_windows: TimeWindow[];
  freeze_dates: FreezeDates[];
  freeze_outside: TimeWindow[];
  waives: boolean;
  risk_below: string;
  author_has_role: string[];
  resources_in_scope: string[];
};

const text = (number: number | undefined) => (number === undefined ? "" : String(number));

/** The draft of a policy, or that of a new one. */
export function draftOf(policy: Rules | undefined): PolicyDraft {
  const waiver = policy?.auto_approve_if;
  return {
    name: policy?.name ?? "",
    active: policy?.active ?? true,
    task_types: policy?.task_types ?? [],
    resource_patterns: policy?.resource_patterns ?? [],
    risk_threshold: text(policy?.risk_threshold),
    min_approvers: text(policy?.min_approvers ?? 1),
    groups: policy?.groups ?? [],
    reviewers: policy?.reviewers ?? [],
    required_roles: policy?.required_roles ?? [],
    reject_threshold: text(policy?.reject_threshold ?? 1),
    due_in_hours: text(policy?.due_in_hours),
    escalate_to: policy?.escalate_to === undefined ? [] : [policy.escalate_to],
    owner_may_answer: policy?.owner_may_answer ?? false,
    editor_may_approve: policy?.editor_may_approve ?? false,
    time_windows: policy?.time_windows ?? [],
    freezes: policy?.freeze !== undefined,
    freeze_name: policy?.freeze?.name ?? "",
    freeze_windows: policy?.freeze?.windows ?? [],
    freeze_dates: policy?.freeze?.dates ?? [],
    freeze_outside: policy?.freeze?.outside ?? [],
    waives: waiver !== undefined,
    risk_below: text(waiver?.risk_below),
    author_has_role: waiver?.author_has_role ?? [],
    resources_in_scope: waiver?.resources_in_scope ?? [],
  };
}

const number = (typed: string) => (typed.trim() === "" ? undefined : Number(typed));
const some = <T>(list: T[]) => (list.length > 0 ? list : undefined);

function rulesOf(draft: PolicyDraft) {
  return {
    task_types: some(draft.task_types),
    resource_patterns: some(draft.resource_patterns),
    risk_threshold: number(draft.risk_threshold),
    groups: some(draft.groups),
    reviewers: some(draft.reviewers),
    required_roles: some(draft.required_roles),
    due_in_hours: number(draft.due_in_hours),
    escalate_to: draft.escalate_to.at(-1),
    owner_may_answer: draft.owner_may_answer || undefined,
    editor_may_approve: draft.editor_may_approve || undefined,
    time_windows: some(draft.time_windows),
    freeze: draft.freezes
      ? {
          name: draft.freeze_name,
          ...present({
            windows: some(draft.freeze_windows),
            dates: some(draft.freeze_dates),
            outside: some(draft.freeze_outside),
          }),
        }
      : undefined,
    auto_approve_if: draft.waives
      ? present({
          risk_below: number(draft.risk_below),
          author_has_role: some(draft.author_has_role),
          resources_in_scope: some(draft.resources_in_scope),
        })
      : undefined,
  };
}

/** Without what is undefined. */
function present<T extends object>(rules: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(rules).filter(([, rule]) => rule !== undefined)) as never;
}

/** What creates the drafted policy. */
export function inputOf(draft: PolicyDraft): Inputs["policies"]["create"] {
  return { ...demandsOf(draft), ...present(rulesOf(draft)) };
}

/** What makes `policy` into the draft: rules that were taken away are null. */
export function patchOf(draft: PolicyDraft, policy: PolicyEntry): Inputs["policies"]["update"] {
  const rules = Object.entries(rulesOf(draft)).map(([name, rule]) => [name, rule ?? null]);
  return {
    id: policy.id,
    expected_version: policy.version,
    ...demandsOf(draft),
    ...Object.fromEntries(rules),
  };
}

function demandsOf(draft: PolicyDraft) {
  return {
    name: draft.name,
    active: draft.active,
    min_approvers: number(draft.min_approvers) ?? 1,
    reject_threshold: number(draft.reject_threshold) ?? 1,
  };
}
