import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { ConfirmDialog } from "#components/confirm-dialog.tsx";
import { FormDialog } from "#components/form-dialog.tsx";
import { SecretDialog } from "#components/secret-dialog.tsx";
import { Button } from "#components/ui/button.tsx";
import { TextRow } from "#components/ui/field-row.tsx";
import { Resolved } from "#components/ui/resolved.tsx";
import { Ago, Term, WhileItLasts } from "#components/ui/time.tsx";
import { toast } from "#components/ui/toast.ts";
import { Part } from "#features/task/facts.tsx";
import { api, type Inputs } from "#lib/api.ts";
import { type KeyHolder, queries } from "#lib/queries.ts";
import { useCommand } from "#lib/use-command.ts";

type Props = { holder?: KeyHolder; title?: string; mayAdd?: boolean };

/**
 * One's own keys, or those of somebody else: an agent's are made by whoever answers for it, a person's by that person
 * alone. Each is shown whole only when it is made.
 */
export function ApiKeys({ holder, title = "API keys", mayAdd = holder?.kind !== "user" }: Props) {
  const client = useQueryClient();
  const agentId = holder?.kind === "agent" ? holder.id : undefined;
  const keys = useQuery(queries.apiKeys(holder));
  const [adding, setAdding] = useState(false);
  const [revoking, setRevoking] = useState<{ id: string; name: string } | null>(null);
  const revoke = (id: string) =>
    agentId ? api.agents.keys.revoke.mutate({ id: agentId, key_id: id }) : api.api_keys.revoke.mutate({ id });
  return (
    <Part
      title={title}
      note={
        mayAdd && (
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
                      <Term until={key.expires_at} />
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
                  <WhileItLasts until={key.revoked_at ? null : key.expires_at}>
                    {!key.revoked_at && (
                      <Button
                        size="small"
                        look="danger"
                        acts
                        className="max-sm:h-9 max-sm:px-3"
                        aria-label={`Revoke ${key.name}`}
                        onClick={() => setRevoking(key)}
                      >
                        Revoke
                      </Button>
                    )}
                  </WhileItLasts>
                </li>
              ))}
            </ul>
          )
        }
      </Resolved>
      {revoking && (
        <ConfirmDialog
          title={`Revoke ${revoking.name}?`}
          action="Revoke"
          danger
          run={() => revoke(revoking.id)}
          done={() => {
            toast({ text: `${revoking.name} is revoked` });
            void client.invalidateQueries({ queryKey: ["api_keys"] });
          }}
          close={() => setRevoking(null)}
        >
          Whatever uses it is refused from now on, and it can't be brought back.
        </ConfirmDialog>
      )}
      {adding && <NewKeyDialog {...(agentId && { agentId })} close={() => setAdding(false)} />}
    </Part>
  );
}

function NewKeyDialog({ agentId, close }: { agentId?: string; close: () => void }) {
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState("");
  const [days, setDays] = useState("");
  const [key, setKey] = useState<string | null>(null);
  const command = useCommand(
    () => {
      const named = scopes.split(/[\s,]+/).filter(Boolean);
      const input: Inputs["api_keys"]["create"] = {
        name: name.trim(),
        ...(named.length > 0 && { scopes: named }),
        ...(days.trim() !== "" && { expires_in_days: Number(days) }),
      };
      return agentId
        ? api.agents.keys.create.mutate({ id: agentId, ...input })
        : api.api_keys.create.mutate(input);
    },
    (made) => {
      setKey(made.key);
      void client.invalidateQueries({ queryKey: ["api_keys"] });
    },
  );
  if (key !== null) {
    return (
      <SecretDialog title="Your new key" label="API key" value={key} close={close}>
        The server keeps only a fingerprint of it. Store it where your program reads its secrets.
      </SecretDialog>
    );
  }
  return (
    <FormDialog
      title="New API key"
      command={command}
      submit={{ label: "Make key", isReady: name.trim() !== "", run: () => void command.send() }}
      close={close}
    >
      <TextRow
        label="Name"
        maxLength={100}
        value={name}
        error={command.issueOf("name")}
        onChange={(event) => setName(event.target.value)}
      />
      <TextRow
        label="Scopes"
        optional
        isCode
        hint={
          agentId
            ? "As tasks:write, locks:write; absent is all that the agent may."
            : "As tasks:write, locks:write; absent is all that you may, except locks."
        }
        value={scopes}
        error={command.issueOf("scopes")}
        onChange={(event) => setScopes(event.target.value)}
      />
      <TextRow
        label="Days until it ends"
        optional
        type="number"
        min={1}
        max={3650}
        value={days}
        error={command.issueOf("expires_in_days")}
        onChange={(event) => setDays(event.target.value)}
      />
    </FormDialog>
  );
}
