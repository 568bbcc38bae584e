import clsx from "clsx";
import { Cable, LockKeyhole, type LucideIcon, Server, Terminal, Webhook } from "lucide-react";
import { use } from "react";
import { useFormContext, useFormState, useWatch } from "react-hook-form";
import { ChangedSign } from "#components/ui/field.tsx";
import { CONNECTIONS, type ConnectionKind } from "../connection.ts";
import type { AgentForm } from "./agent-form.ts";
import { AreaField, FormLook, TextField } from "./rows.tsx";

const ICONS: Record<ConnectionKind, LucideIcon> = {
  worker: Server,
  mcp: Cable,
  acp: Terminal,
  http: Webhook,
};

/**
 * How it is reached: one of four, each with the fields that it needs. What was typed for another kind is kept. Which
 * command is started on our machine is for admins to say (`mayCommand`); others read it, and read why.
 */
export function ConnectionFields({ mayCommand }: { mayCommand: boolean }) {
  const { register, control } = useFormContext<AgentForm>();
  const look = use(FormLook);
  const { changed, readOnly } = look;
  const kind = useWatch({ control, name: "connection.kind" });
  const { defaultValues } = useFormState({ control });
  const isOff = (each: ConnectionKind) =>
    each === "acp" && !mayCommand && defaultValues?.connection?.kind !== "acp";
  return (
    <>
      <fieldset className="flex flex-col gap-1" disabled={readOnly}>
        <legend className="mb-1 text-xs font-medium text-ink-2">
          How it is reached
          {changed.has("connection.kind") && <ChangedSign />}
        </legend>
        <div className="grid gap-2 sm:grid-cols-2">
          {(Object.keys(CONNECTIONS) as ConnectionKind[]).map((each) => {
            const Icon = ICONS[each];
            return (
              <label
                key={each}
                className={clsx(
                  "flex items-start gap-2.5 rounded-lg border p-3 transition-colors duration-(--quick)",
                  "has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent",
                  isOff(each) && "opacity-60",
                  kind === each
                    ? "border-accent bg-accent-soft"
                    : "border-line-strong bg-surface hover:border-control-line",
                )}
              >
                <input
                  type="radio"
                  value={each}
                  disabled={isOff(each)}
                  {...register("connection.kind")}
                  className="mt-0.5 size-4 shrink-0 accent-accent outline-none!"
                />
                <span className="min-w-0 flex-1">
                  <span className="flex items-center gap-1.5 font-semibold">
                    {CONNECTIONS[each].name}
                    <Icon size={14} aria-hidden className="ml-auto text-ink-3" />
                  </span>
                  <span className="block text-xs text-ink-2">
                    {CONNECTIONS[each].means}
                    {isOff(each) && " Only an admin chooses it."}
                  </span>
                </span>
              </label>
            );
          })}
        </div>
      </fieldset>
      {kind === "acp" && (
        <FormLook value={{ ...look, readOnly: readOnly || !mayCommand }}>
          {!mayCommand && !readOnly && (
            <p className="flex items-start gap-2 text-xs text-ink-2">
              <LockKeyhole size={14} aria-hidden className="mt-0.5 shrink-0 text-ink-3" />
              It is started on a machine of ours, so only an admin says which command that is.
            </p>
          )}
          <TextField
            name="connection.command"
            label="Command"
            isCode
            placeholder="my-agent"
            maxLength={1000}
          />
          <AreaField
            name="connection.args"
            label="Arguments"
            optional
            isCode
            rows={2}
            hint="One a line, as in --stdio"
          />
          <TextField name="connection.cwd" label="Folder" optional isCode placeholder="/srv/my-agent" />
        </FormLook>
      )}
      {kind === "http" && (
        <TextField
          name="connection.url"
          label="Address"
          isCode
          inputMode="url"
          placeholder="https://agent.example.com/run"
          maxLength={2000}
        />
      )}
      {kind === "worker" && (
        <TextField
          name="connection.queue"
          label="Queue"
          optional
          isCode
          hint="Empty is the common one."
          maxLength={100}
        />
      )}
    </>
  );
}
