import { useQuery } from "@tanstack/react-query";
import { Check } from "#components/ui/check.tsx";
import { ChipPicker, type Choice } from "#components/ui/chip-picker.tsx";
import { Field } from "#components/ui/field.tsx";
import { queries } from "#lib/queries.ts";
import { AgentRules } from "./agent-rules.tsx";
import { FreezeFields } from "./freeze-fields.tsx";
import type { PolicyDraft } from "./policy-draft.ts";
import { type PolicyPart, RuleGroup } from "./policy-rules.tsx";
import { WeeklyWindows } from "./window-fields.tsx";

const ROLES: readonly Choice[] = ["author", "reviewer", "admin"].map((role) => ({
  value: role,
  label: role,
  note: "role",
}));

type ListName = { [K in keyof PolicyDraft]: PolicyDraft[K] extends string[] ? K : never }[keyof PolicyDraft];
type TextName = { [K in keyof PolicyDraft]: PolicyDraft[K] extends string ? K : never }[keyof PolicyDraft];

/** The rules of a policy in the order in which they are read: when, whom, how many, what it waives. */
export function PolicyFields({ draft, change, command, readOnly, notes }: PolicyPart) {
  const about = (...fields: string[]) =>
    notes.filter((note) =>
      fields.some((field) => note.field === field || note.field.startsWith(`${field}.`)),
    );
  const { issueOf, issueAt } = command;
  const part = { draft, change, command, readOnly };
  const groups = useQuery(queries.groups());
  const people = useQuery(queries.users(""));
  const executors = useQuery(queries.executors());
  const groupChoices = (groups.data?.groups ?? []).map(
    ({ name, members }): Choice => ({
      value: name,
      label: name,
      note: `${members} ${members === 1 ? "person" : "people"}`,
    }),
  );
  const reviewerChoices = (people.data?.users ?? [])
    .filter(
      (user) =>
        draft.reviewers.includes(user.id) || (user.active && user.roles.some((role) => role !== "author")),
    )
    .map((user): Choice => ({ value: user.id, label: user.name, note: user.groups.join(", ") }));
  const typeChoices = (executors.data?.executors ?? []).map(
    (executor): Choice => ({ value: executor.type, label: executor.type }),
  );

  const list =
    (name: ListName, choices: readonly Choice[], rest: Partial<Parameters<typeof ChipPicker>[0]>) =>
    (parts: { id: string }) => (
      <ChipPicker
        {...parts}
        value={draft[name]}
        onChange={(value) => change({ [name]: value })}
        choices={choices}
        disabled={readOnly}
        {...rest}
      />
    );
  const number =
    (name: TextName, min: number, max: number, placeholder?: string) => (parts: { id: string }) => (
      <input
        {...parts}
        type="number"
        inputMode="numeric"
        min={min}
        max={max}
        value={draft[name]}
        placeholder={placeholder}
        disabled={readOnly}
        onChange={(event) => change({ [name]: event.target.value })}
        className="field num"
      />
    );

  return (
    <div className="flex flex-col gap-6">
      <div className="flex flex-col gap-3">
        <Field label="Name" error={issueOf("name")}>
          {(parts) => (
            <input
              {...parts}
              autoComplete="off"
              maxLength={200}
              value={draft.name}
              disabled={readOnly}
              onChange={(event) => change({ name: event.target.value })}
              className="field"
            />
          )}
        </Field>
        <Check
          label="Active"
          hint="A policy that is off asks nobody."
          checked={draft.active}
          disabled={readOnly}
          onChange={(active) => change({ active })}
        />
      </div>

      <RuleGroup
        title="Applies when"
        note="All of these hold; with none of them, to every task."
        notes={about("task_types", "resource_patterns", "risk_threshold", "time_windows")}
      >
        <Field label="Task types" optional hint="* stands for any part" error={issueOf("task_types")}>
          {list("task_types", typeChoices, { free: true, isCode: true, placeholder: "Every type" })}
        </Field>
        <Field
          label="Resources"
          optional
          hint="As database:prod/*, the type, the namespace and the id"
          error={issueOf("resource_patterns")}
        >
          {list("resource_patterns", [], { free: true, isCode: true, placeholder: "Every resource" })}
        </Field>
        <Field
          label="Risk from"
          optional
          hint="0 to 100; at this score or above"
          error={issueOf("risk_threshold")}
          className="w-44"
        >
          {number("risk_threshold", 0, 100, "Any risk")}
        </Field>
        <WeeklyWindows
          label="At these hours"
          value={draft.time_windows}
          onChange={(time_windows) => change({ time_windows })}
          readOnly={readOnly}
          issueOf={(index) => issueOf(`time_windows.${index}`)}
        />
      </RuleGroup>

      <RuleGroup
        title="Asks for"
        note="Whoever is named below is asked; with nobody named, every reviewer."
        notes={about(
          "groups",
          "reviewers",
          "min_approvers",
          "reject_threshold",
          "required_roles",
          "escalate_to",
        )}
      >
        <Field label="Groups" optional error={issueOf("groups")}>
          {list("groups", groupChoices, { free: true, placeholder: "Any group", none: "No such group" })}
        </Field>
        <Field label="People" optional error={issueOf("reviewers")}>
          {list("reviewers", reviewerChoices, {
            placeholder: "Nobody in particular",
            none: "Nobody by this name",
          })}
        </Field>
        <div className="grid grid-cols-3 gap-3 max-sm:grid-cols-1">
          <Field label="Approvals" hint="Of those asked" error={issueOf("min_approvers")}>
            {number("min_approvers", 0, 50)}
          </Field>
          <Field label="Rejections" hint="That end the task" error={issueOf("reject_threshold")}>
            {number("reject_threshold", 1, 50)}
          </Field>
          <Field label="Due in hours" optional hint="1 to 720" error={issueOf("due_in_hours")}>
            {number("due_in_hours", 1, 720, "48")}
          </Field>
        </div>
        <Field
          label="One each from"
          optional
          hint="Roles or groups; in addition, by the same approvals or by others"
          error={issueOf("required_roles")}
        >
          {list("required_roles", [...ROLES, ...groupChoices], {
            free: true,
            placeholder: "None in addition",
          })}
        </Field>
        <Field
          label="When it is late, ask"
          optional
          hint="A group; asked after the reviewer's manager, before those on call"
          error={issueOf("escalate_to")}
        >
          {(parts) => (
            <ChipPicker
              {...parts}
              value={draft.escalate_to}
              onChange={(value) => change({ escalate_to: value.slice(-1) })}
              choices={groupChoices}
              disabled={readOnly}
              placeholder="Nobody in addition"
              none="No such group"
            />
          )}
        </Field>
      </RuleGroup>

      <RuleGroup
        title="Approves itself"
        note="Then nobody is asked by this policy. All that is stated has to hold."
        notes={about("auto_approve_if")}
      >
        <Check
          label="It may approve itself"
          error={issueAt("auto_approve_if")}
          checked={draft.waives}
          disabled={readOnly}
          onChange={(waives) => change({ waives })}
        />
        {draft.waives && (
          <>
            <Field label="Risk below" optional error={issueOf("auto_approve_if.risk_below")} className="w-44">
              {number("risk_below", 0, 100, "Any risk")}
            </Field>
            <Field label="The author is one of" optional error={issueOf("auto_approve_if.author_has_role")}>
              {list("author_has_role", [...ROLES, ...groupChoices], { free: true, placeholder: "Anybody" })}
            </Field>
            <Field
              label="Every resource fits one of"
              optional
              error={issueOf("auto_approve_if.resources_in_scope")}
            >
              {list("resources_in_scope", [], { free: true, isCode: true, placeholder: "Any resource" })}
            </Field>
          </>
        )}
      </RuleGroup>

      <AgentRules {...part} notes={about("owner_may_answer", "editor_may_approve")} />
      <FreezeFields {...part} notes={about("freeze")} />
    </div>
  );
}
