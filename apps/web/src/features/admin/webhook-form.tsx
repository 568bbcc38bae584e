import {
  WEBHOOK_EVENTS,
  type WebhookEntry,
  type WebhookFormat,
  type WebhookInput,
} from "@ade/core/notifications/schema";
import { useState } from "react";
import { FormDialog } from "#components/form-dialog.tsx";
import { SecretDialog } from "#components/secret-dialog.tsx";
import { Check } from "#components/ui/check.tsx";
import { ChipPicker } from "#components/ui/chip-picker.tsx";
import { ChipsRow } from "#components/ui/chips-row.tsx";
import { Field } from "#components/ui/field.tsx";
import { SelectRow, TextRow } from "#components/ui/field-row.tsx";
import { api } from "#lib/api.ts";
import { useCommand } from "#lib/use-command.ts";

const FORMATS: readonly { value: WebhookFormat; name: string; credential?: string }[] = [
  { value: "standard", name: "Standard Webhooks (signed)" },
  { value: "slack", name: "Slack" },
  { value: "pagerduty", name: "PagerDuty", credential: "Routing key" },
  { value: "servicenow", name: "ServiceNow", credential: "User and password, as user:password" },
];

type Event = WebhookInput["events"][number];
type Props = { webhook: WebhookEntry | null; done: () => void; close: () => void };

/** A new webhook, or a change of one. Its address and secrets are never shown again, only replaced. */
export function WebhookForm({ webhook, done, close }: Props) {
  const [name, setName] = useState(webhook?.name ?? "");
  const [url, setUrl] = useState("");
  const [format, setFormat] = useState<WebhookFormat>(webhook?.format ?? "standard");
  const [credential, setCredential] = useState("");
  const [events, setEvents] = useState<string[]>(
    webhook?.events ?? ["approval:requested", "approval:escalated", "task:completed"],
  );
  const [types, setTypes] = useState<string[]>(webhook?.filter.task_types ?? []);
  const [patterns, setPatterns] = useState<string[]>(webhook?.filter.resource_patterns ?? []);
  const [risk, setRisk] = useState(String(webhook?.filter.risk_above ?? ""));
  const [active, setActive] = useState(webhook?.active ?? true);
  const [rotate, setRotate] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  const kind = FORMATS.find(({ value }) => value === format);

  const command = useCommand(
    () => {
      const filter = {
        ...(types.length > 0 && { task_types: types }),
        ...(patterns.length > 0 && { resource_patterns: patterns }),
        ...(risk.trim() !== "" && { risk_above: Number(risk) }),
      };
      const parts = { name: name.trim(), events: events as Event[], filter, active };
      const given = { ...(url.trim() && { url: url.trim() }), ...(credential && { credential }) };
      return webhook
        ? api.webhooks.update.mutate({
            id: webhook.id,
            expected_version: webhook.version,
            ...parts,
            ...given,
            rotate_secret: rotate,
          })
        : api.webhooks.create.mutate({
            ...parts,
            format,
            url: url.trim(),
            ...(credential && { credential }),
          });
    },
    (saved) => {
      done();
      if (saved.secret) setSecret(saved.secret);
      else close();
    },
  );

  if (secret) {
    return (
      <SecretDialog title={`${name} is ready`} label="Signing secret" value={secret} close={close}>
        The receiver checks the header webhook-signature with it, as Standard Webhooks describes.
      </SecretDialog>
    );
  }
  return (
    <FormDialog
      title={webhook ? `Edit ${webhook.name}` : "New webhook"}
      close={close}
      wide
      command={command}
      submit={{
        label: webhook ? "Save" : "Make webhook",
        isReady: name.trim() !== "" && events.length > 0 && (webhook !== null || url.trim() !== ""),
        run: () => void command.send(),
      }}
    >
      <div className="grid gap-3 sm:grid-cols-2">
        <TextRow
          label="Name"
          error={command.issueOf("name")}
          autoFocus
          maxLength={100}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <SelectRow
          label="Receiver"
          error={command.issueOf("format")}
          value={format}
          disabled={webhook !== null}
          onChange={(event) => setFormat(event.target.value as WebhookFormat)}
        >
          {FORMATS.map((each) => (
            <option key={each.value} value={each.value}>
              {each.name}
            </option>
          ))}
        </SelectRow>
      </div>
      <TextRow
        label="Address"
        hint={
          webhook ? `Kept at ${webhook.origin}; enter another to replace it` : "https://…, on the internet"
        }
        error={command.issueOf("url")}
        type="url"
        autoComplete="off"
        value={url}
        onChange={(event) => setUrl(event.target.value)}
      />
      {kind?.credential && (
        <TextRow
          label={kind.credential}
          hint={webhook ? "Kept; enter another to replace it" : "Stored sealed, never shown"}
          error={command.issueOf("credential")}
          type="password"
          autoComplete="off"
          value={credential}
          onChange={(event) => setCredential(event.target.value)}
        />
      )}
      <Field label="Events" error={command.issueOf("events")}>
        {(parts) => (
          <ChipPicker
            {...parts}
            isCode
            value={events}
            onChange={setEvents}
            choices={WEBHOOK_EVENTS.map((value) => ({ value, label: value }))}
            placeholder="Choose events"
          />
        )}
      </Field>
      <div className="grid gap-3 sm:grid-cols-[1fr_1fr_8rem]">
        <ChipsRow
          label="Only task types"
          optional
          error={command.issueOf("filter.task_types")}
          value={types}
          onChange={setTypes}
          placeholder="sql.*"
        />
        <ChipsRow
          label="Only resources"
          optional
          error={command.issueOf("filter.resource_patterns")}
          value={patterns}
          onChange={setPatterns}
          placeholder="database:prod/*"
        />
        <TextRow
          label="Risk from"
          optional
          error={command.issueOf("filter.risk_above")}
          type="number"
          min={0}
          max={100}
          value={risk}
          onChange={(event) => setRisk(event.target.value)}
        />
      </div>
      <Check checked={active} onChange={setActive} label="On" hint="Off, nothing is sent." />
      {webhook?.format === "standard" && (
        <Check
          checked={rotate}
          onChange={setRotate}
          label="Make a new signing secret"
          hint="The old one ends at once; the new one is shown once."
        />
      )}
    </FormDialog>
  );
}
