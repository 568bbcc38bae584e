import type { AgentConnection, NewAgent } from "@ade/core/agents/schema";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { FormFoot } from "#components/form-foot.tsx";
import { SecretOnce } from "#components/secret-once.tsx";
import { Button } from "#components/ui/button.tsx";
import { ChipPicker } from "#components/ui/chip-picker.tsx";
import { Dialog, DialogActions } from "#components/ui/dialog.tsx";
import { Field } from "#components/ui/field.tsx";
import { api } from "#lib/api.ts";
import { queries } from "#lib/queries.ts";
import { useMe } from "#lib/session.ts";
import { useCommand } from "#lib/use-command.ts";
import { CONNECTIONS, type ConnectionKind } from "./connection.ts";
import { agentOverview } from "./queries.ts";

const DEFAULT_MAX_TASKS = "10";

/** A new agent; then its key, which the server tells only now. */
export function CreateAgent({ close }: { close: () => void }) {
  const [made, setMade] = useState<NewAgent | null>(null);
  if (!made) return <CreateForm close={close} done={setMade} />;
  return (
    <Dialog
      title={`${made.agent.name} is ready`}
      description="Give it its key; then it can say that it lives."
      close={close}
    >
      <SecretOnce label="API key" value={made.api_key}>
        The server keeps only a fingerprint of it. Store it where the agent reads its secrets.
      </SecretOnce>
      <p className="caption mt-4 mb-1">Its first heartbeat</p>
      <pre
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
        tabIndex={0}
        className="overflow-x-auto rounded-md bg-sunken p-2.5 text-xs leading-5 text-ink-2"
      >{`curl -X POST ${location.origin}/api/v1/agents/${made.agent.id}/heartbeat \\
  -H "authorization: Bearer $ADE_KEY" \\
  -H "content-type: application/json" -d '{"active_tasks": 0}'`}</pre>
      <DialogActions>
        <Button look="primary" onClick={close}>
          I have stored the key
        </Button>
      </DialogActions>
    </Dialog>
  );
}

function CreateForm({ close, done }: { close: () => void; done: (made: NewAgent) => void }) {
  const client = useQueryClient();
  const me = useMe();
  const users = useQuery(queries.users(""));
  const overview = useQuery(agentOverview());
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const [tags, setTags] = useState<string[]>([]);
  const [kind, setKind] = useState<ConnectionKind>("worker");
  const [reach, setReach] = useState("");
  const [ownerId, setOwnerId] = useState("");
  const [maxTasks, setMaxTasks] = useState(DEFAULT_MAX_TASKS);
  const command = useCommand(
    () =>
      api.agents.create.mutate({
        name,
        description,
        tags,
        connection: connectionOf(kind, reach.trim()),
        capacity: { max_tasks: Number(maxTasks) },
        ...(ownerId && { owner_id: ownerId }),
      }),
    (made) => {
      void client.invalidateQueries({ queryKey: ["agents"] });
      done(made);
    },
    { AGENT_NAME_TAKEN: "name" },
  );
  const knownTags = [...new Set(overview.data?.agents.flatMap((agent) => agent.tags))].sort();

  return (
    <Dialog
      title="New agent"
      description="A program with a name, a key and somebody who answers for it."
      close={close}
      form="sheet"
    >
      <form
        noValidate
        className="flex flex-col gap-3"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          void command.send();
        }}
      >
        <Field
          label="Name"
          hint="Two characters or more; no two agents share one."
          error={command.issueOf("name")}
        >
          {(parts) => (
            <input
              {...parts}
              autoFocus
              autoComplete="off"
              maxLength={100}
              value={name}
              onChange={(event) => setName(event.target.value)}
              className="field"
            />
          )}
        </Field>
        <Field label="What it does" optional error={command.issueOf("description")}>
          {(parts) => (
            <textarea
              {...parts}
              rows={2}
              maxLength={2000}
              value={description}
              onChange={(event) => setDescription(event.target.value)}
              className="field"
            />
          )}
        </Field>
        <Field label="Tags" optional error={command.issueOf("tags")}>
          {(parts) => (
            <ChipPicker
              {...parts}
              free
              value={tags}
              onChange={setTags}
              choices={knownTags.map((tag) => ({ value: tag, label: tag }))}
              placeholder="Type one, then Enter"
            />
          )}
        </Field>
        <Field
          label="How it is reached"
          hint={CONNECTIONS[kind].means}
          error={reachOf(kind) ? undefined : command.issueOf("connection")}
        >
          {(parts) => (
            <select
              {...parts}
              value={kind}
              onChange={(event) => setKind(event.target.value as ConnectionKind)}
              className="field"
            >
              {Object.entries(CONNECTIONS).map(([value, connection]) => (
                <option key={value} value={value}>
                  {connection.name}
                </option>
              ))}
            </select>
          )}
        </Field>
        {reachOf(kind) && (
          <Field
            label={reachOf(kind)?.label ?? ""}
            hint={reachOf(kind)?.hint}
            optional={kind === "worker"}
            error={command.issueOf("connection")}
          >
            {(parts) => (
              <input
                {...parts}
                spellCheck={false}
                value={reach}
                onChange={(event) => setReach(event.target.value)}
                className="field font-mono text-xs"
              />
            )}
          </Field>
        )}
        <div className="flex gap-3 max-sm:flex-col">
          <Field label="Owner" className="flex-1" error={command.issueOf("owner_id")}>
            {(parts) => (
              <select
                {...parts}
                value={ownerId}
                onChange={(event) => setOwnerId(event.target.value)}
                className="field"
              >
                <option value="">{me ? `${me.name} (you)` : "You"}</option>
                {users.data?.users
                  .filter((user) => user.active && user.id !== me?.id)
                  .map((user) => (
                    <option key={user.id} value={user.id}>
                      {user.name}
                    </option>
                  ))}
              </select>
            )}
          </Field>
          <Field label="Tasks at a time" className="w-32 max-sm:w-full" error={command.issueOf("capacity")}>
            {(parts) => (
              <input
                {...parts}
                type="number"
                min={1}
                max={10_000}
                value={maxTasks}
                onChange={(event) => setMaxTasks(event.target.value)}
                className="field num"
              />
            )}
          </Field>
        </div>
        <FormFoot command={command}>
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" look="primary" acts busy={command.busy}>
            Make agent and key
          </Button>
        </FormFoot>
      </form>
    </Dialog>
  );
}

function reachOf(kind: ConnectionKind): { label: string; hint: string } | undefined {
  if (kind === "acp") return { label: "Command", hint: "With its arguments, as in my-agent --stdio" };
  if (kind === "http") return { label: "Address", hint: "https://…" };
  if (kind === "worker") return { label: "Queue", hint: "Absent is the common one." };
  return undefined;
}

function connectionOf(kind: ConnectionKind, reach: string): AgentConnection {
  if (kind === "http") return { kind, url: reach };
  if (kind === "worker") return { kind, ...(reach && { queue: reach }) };
  if (kind === "mcp") return { kind };
  const [command = "", ...args] = reach.split(/\s+/).filter(Boolean);
  return { kind, command, ...(args.length > 0 && { args }) };
}
