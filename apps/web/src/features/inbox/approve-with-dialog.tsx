import type { UserEntry } from "@ade/core/identity/schema";
import type { InboxRow } from "@ade/core/views/schema";
import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { useMemo, useState } from "react";
import { FormDialog } from "#components/form-dialog.tsx";
import { PersonPicker } from "#components/person-picker.tsx";
import { IconButton } from "#components/ui/button.tsx";
import { Check } from "#components/ui/check.tsx";
import { Field } from "#components/ui/field.tsx";
import { AreaRow, TextRow } from "#components/ui/field-row.tsx";
import { queries } from "#lib/queries.ts";
import { useMe } from "#lib/session.ts";
import { useCommand } from "#lib/use-command.ts";
import { type Decisions, decision } from "./use-decisions.ts";

type Props = { row: InboxRow; decisions: Decisions; close: () => void; done: () => void };

/** An approval with more to it: a word to the author, further people who have to agree, the front of the queue. */
export function ApproveWithDialog({ row, decisions, close, done }: Props) {
  const me = useMe();
  const [reason, setReason] = useState("");
  const [first, setFirst] = useState(false);
  const [always, setAlways] = useState(false);
  const [days, setDays] = useState(7);
  const [others, setOthers] = useState<readonly UserEntry[]>([]);
  const [typedName, setTypedName] = useState("");
  const isCritical = row.risk_level === "CRITICAL";
  const view = useQuery(queries.taskView(row.task_id)).data;
  const mayAlways = view?.may_allow_always ?? false;
  const deed = decision(row, "approve", decisions.undoSeconds, reason.trim(), {
    apply_immediately: first,
    ...(mayAlways && always && { allow_always: { expires_in_days: days } }),
    ...(others.length > 0 && { require_additional_approvals: others.map(({ id }) => id) }),
  });
  const command = useCommand(
    () => decisions.store(deed),
    () => {
      done();
      decisions.tell(deed);
    },
  );
  const isReady = !isCritical || typedName.trim() === row.target;
  const without = useMemo(
    () => new Set([...(me ? [me.id] : []), ...others.map(({ id }) => id)]),
    [me, others],
  );
  return (
    <FormDialog
      title={mayAlways ? "Approve, and allow always…" : "Approve, with…"}
      description={row.title}
      command={command}
      submit={{
        label: always && mayAlways ? "Approve and allow" : "Approve",
        isReady,
        run: () => void command.send(),
      }}
      close={close}
    >
      {view?.why_not_always && (
        <p className="text-xs text-ink-3">It can't be allowed always by you: {view.why_not_always}</p>
      )}
      {mayAlways && (
        <div className="flex flex-wrap items-start gap-x-3 gap-y-1.5">
          <Check
            checked={always}
            onChange={setAlways}
            label="Allow calls like it from now on"
            hint="The same tool on the same resources passes without asking, where no policy asks for people. The agent's page shows it and can end it."
          />
          {always && (
            <select
              aria-label="For how long"
              value={days}
              onChange={(event) => setDays(Number(event.target.value))}
              className="field w-auto!"
            >
              <option value={1}>for a day</option>
              <option value={7}>for a week</option>
              <option value={30}>for 30 days</option>
            </select>
          )}
        </div>
      )}
      <Field
        label="Also needed from"
        optional
        hint="It waits for every one of them, beside what policies ask."
      >
        {(parts) => (
          <>
            {others.length > 0 && (
              <ul className="flex flex-wrap gap-1">
                {others.map((person) => (
                  <li
                    key={person.id}
                    className="flex items-center rounded-sm border border-line-strong bg-sunken pl-2 text-xs"
                  >
                    {person.name}
                    <IconButton
                      label={`Without ${person.name}`}
                      size="small"
                      onClick={() => setOthers(others.filter((each) => each !== person))}
                    >
                      <X size={12} aria-hidden />
                    </IconButton>
                  </li>
                ))}
              </ul>
            )}
            <PersonPicker
              key={others.length}
              {...parts}
              value={null}
              onChange={(person) => person && setOthers([...others, person])}
              without={without}
            />
          </>
        )}
      </Field>
      <Check
        checked={first}
        onChange={setFirst}
        label="Apply it at once"
        hint="Once everybody has agreed it goes to the front of the queue."
      />
      <AreaRow
        label="A word to the author"
        optional
        rows={2}
        maxLength={2000}
        value={reason}
        onChange={(event) => setReason(event.target.value)}
      />
      {isCritical && (
        <TextRow
          label="Type the target's name to go on"
          hint={<code className="select-all">{row.target}</code>}
          isCode
          value={typedName}
          onChange={(event) => setTypedName(event.target.value)}
        />
      )}
    </FormDialog>
  );
}
