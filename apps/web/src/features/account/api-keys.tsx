import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { type FormEvent, useState } from "react";
import { SecretOnce } from "#components/secret-once.tsx";
import { Button } from "#components/ui/button.tsx";
import { Dialog, DialogActions } from "#components/ui/dialog.tsx";
import { Field } from "#components/ui/field.tsx";
import { Resolved } from "#components/ui/resolved.tsx";
import { Ago, Left } from "#components/ui/time.tsx";
import { toastProblem } from "#components/ui/toast.ts";
import { Part } from "#features/task/facts.tsx";
import { Notes } from "#features/task/notes.tsx";
import { api, type Inputs } from "#lib/api.ts";
import { toProblem } from "#lib/problem.ts";
import { type KeyHolder, queries } from "#lib/queries.ts";

type Props = { holder?: KeyHolder; title?: string };

/**
 * One's own keys, or those of somebody else: an agent's are made by whoever answers for it, a person's by that person
 * alone. Each is shown whole only when it is made.
 */
export function ApiKeys({ holder, title = "API keys" }: Props) {
  const client = useQueryClient();
  const agentId = holder?.kind === "agent" ? holder.id : undefined;
  const keys = useQuery(queries.apiKeys(holder));
  const [adding, setAdding] = useState(false);
  const revoke = useMutation({
    mutationFn: (id: string) =>
      agentId
        ? api.agents.keys.revoke.mutate({ id: agentId, key_id: id })
        : api.api_keys.revoke.mutate({ id }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["api_keys"] }),
    onError: (error) => toastProblem("The key was not revoked", error),
  });
  return (
    <Part
      title={title}
      note={
        holder?.kind !== "user" && (
          <Button acts onClick={() => setAdding(true)}>
            <Plus size={14} aria-hidden /> New key
          </Button>
        )
      }
    >
      <Resolved query={keys} what="The keys" loading={<div className="skeleton h-20" />}>
        {({ api_keys }) =>
          api_keys.length === 0 ? (
            <p className="text-ink-3">
              {agentId
                ? "None: it cannot say who it is."
                : "None. A key lets a program act in your name, within the scopes that you give it."}
            </p>
          ) : (
            <ul className="divide-y divide-line rounded-lg border border-line bg-surface">
              {api_keys.map((key) => (
                <li key={key.id} className="flex flex-wrap items-center gap-x-4 gap-y-0.5 px-3 py-2">
                  <span className="font-medium">{key.name}</span>
                  <code className="text-xs text-ink-3">{key.start}…</code>
                  <span className="text-xs text-ink-2">
                    {key.scopes?.join(", ") ??
                      (agentId ? "all that the agent may" : "all that its owner may, except locks")}
                  </span>
                  <span className="ml-auto text-xs text-ink-3">
                    {key.revoked_at ? (
                      "revoked"
                    ) : key.expires_at ? (
                      <Left until={key.expires_at} />
                    ) : (
                      "until revoked"
                    )}
                    {" · "}
                    {key.last_used_at ? (
                      <>
                        used <Ago at={key.last_used_at} />
                      </>
                    ) : (
                      "never used"
                    )}
                  </span>
                  {!key.revoked_at && (
                    <Button
                      size="small"
                      look="danger"
                      acts
                      busy={revoke.isPending}
                      onClick={() => revoke.mutate(key.id)}
                    >
                      Revoke
                    </Button>
                  )}
                </li>
              ))}
            </ul>
          )
        }
      </Resolved>
      {adding && <NewKeyDialog {...(agentId && { agentId })} close={() => setAdding(false)} />}
    </Part>
  );
}

function NewKeyDialog({ agentId, close }: { agentId?: string; close: () => void }) {
  const client = useQueryClient();
  const create = useMutation({
    mutationFn: (input: Inputs["api_keys"]["create"]) =>
      agentId ? api.agents.keys.create.mutate({ id: agentId, ...input }) : api.api_keys.create.mutate(input),
    onSuccess: () => client.invalidateQueries({ queryKey: ["api_keys"] }),
  });
  const problem = create.error ? toProblem(create.error) : null;
  const issue = (field: string) => problem?.issues.find((each) => each.field.startsWith(field))?.issue;
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const scopes = String(data.get("scopes"))
      .split(/[\s,]+/)
      .filter(Boolean);
    const days = Number(data.get("days"));
    create.mutate({
      name: String(data.get("name")),
      ...(scopes.length > 0 && { scopes }),
      ...(days > 0 && { expires_in_days: days }),
    });
  };
  return (
    <Dialog title="New API key" close={close}>
      {create.data ? (
        <>
          <SecretOnce label="Your new key" value={create.data.key} />
          <DialogActions>
            <Button look="primary" onClick={close}>
              Done
            </Button>
          </DialogActions>
        </>
      ) : (
        <form className="flex flex-col gap-3" onSubmit={submit}>
          {problem && problem.issues.length === 0 && <Notes tone="bad" notes={[problem.message]} />}
          <Field label="Name" error={issue("name")}>
            {(parts) => <input {...parts} name="name" required maxLength={100} className="field" />}
          </Field>
          <Field
            label="Scopes"
            optional
            hint={
              agentId
                ? "As tasks:write, locks:write; absent is all that the agent may."
                : "As tasks:write, locks:write; absent is all that you may, except locks."
            }
            error={issue("scopes")}
          >
            {(parts) => <input {...parts} name="scopes" className="field font-mono text-xs!" />}
          </Field>
          <Field label="Days until it ends" optional error={issue("expires_in_days")}>
            {(parts) => <input {...parts} name="days" type="number" min={1} max={3650} className="field" />}
          </Field>
          <DialogActions>
            <Button onClick={close}>Cancel</Button>
            <Button type="submit" look="primary" acts busy={create.isPending}>
              Make key
            </Button>
          </DialogActions>
        </form>
      )}
    </Dialog>
  );
}
