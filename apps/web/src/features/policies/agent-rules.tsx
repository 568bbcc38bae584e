import { Check } from "#components/ui/check.tsx";
import { type PolicyPart, RuleGroup } from "./policy-rules.tsx";

/** What a policy loosens for the work of agents. */
export function AgentRules({ draft, change, command, readOnly, notes }: PolicyPart) {
  const { issueAt } = command;
  return (
    <RuleGroup
      title="For agents"
      note="Whoever made a change does not approve it. Here that can be loosened for what agents do."
      notes={notes}
    >
      <Check
        label="An agent's owner may answer for it"
        hint="Tool calls below high risk, as a reviewer or an admin."
        error={issueAt("owner_may_answer")}
        checked={draft.owner_may_answer}
        disabled={readOnly}
        onChange={(owner_may_answer) => change({ owner_may_answer })}
      />
      <Check
        label="Who changed a tool call's arguments may approve it"
        hint="Otherwise somebody else has to look at what was changed."
        error={issueAt("editor_may_approve")}
        checked={draft.editor_may_approve}
        disabled={readOnly}
        onChange={(editor_may_approve) => change({ editor_may_approve })}
      />
    </RuleGroup>
  );
}
