import { Check } from "#components/ui/check.tsx";
import { Field } from "#components/ui/field.tsx";
import { type PolicyPart, RuleGroup } from "./policy-rules.tsx";
import { DateRanges, WeeklyWindows } from "./window-fields.tsx";

/** When what a policy matches is applied: no freeze, and within its windows. */
export function FreezeFields({ draft, change, command, readOnly, notes }: PolicyPart) {
  const { issueOf, issueAt } = command;
  return (
    <RuleGroup
      title="When it is applied"
      note="What it matches is approved as usual, and applied only when no freeze lasts, and within its windows."
      notes={notes}
    >
      <Check
        label="It has a freeze, or windows in which alone it is applied"
        error={issueAt("freeze")}
        checked={draft.freezes}
        disabled={readOnly}
        onChange={(freezes) => change({ freezes })}
      />
      {draft.freezes && (
        <>
          <Field label="What people call it" error={issueOf("freeze.name")}>
            {(parts) => (
              <input
                {...parts}
                autoComplete="off"
                maxLength={100}
                placeholder="Year end"
                value={draft.freeze_name}
                disabled={readOnly}
                onChange={(event) => change({ freeze_name: event.target.value })}
                className="field"
              />
            )}
          </Field>
          <DateRanges
            label="Not applied on dates"
            value={draft.freeze_dates}
            onChange={(freeze_dates) => change({ freeze_dates })}
            readOnly={readOnly}
            issueOf={(index) => issueOf(`freeze.dates.${index}`)}
          />
          <WeeklyWindows
            label="Not applied every week"
            value={draft.freeze_windows}
            onChange={(freeze_windows) => change({ freeze_windows })}
            readOnly={readOnly}
            issueOf={(index) => issueOf(`freeze.windows.${index}`)}
            error={issueAt("freeze.windows")}
          />
          <WeeklyWindows
            label="Applied only within"
            value={draft.freeze_outside}
            onChange={(freeze_outside) => change({ freeze_outside })}
            readOnly={readOnly}
            issueOf={(index) => issueOf(`freeze.outside.${index}`)}
            error={issueAt("freeze.outside")}
          />
        </>
      )}
    </RuleGroup>
  );
}
