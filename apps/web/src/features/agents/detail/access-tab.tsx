import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { ConfirmDialog } from "#components/confirm-dialog.tsx";
import { FormDialog } from "#components/form-dialog.tsx";
import { Link } from "#components/link.tsx";
import { Button } from "#components/ui/button.tsx";
import { ChipsRow } from "#components/ui/chips-row.tsx";
import { TextRow } from "#components/ui/field-row.tsx";
import { Resolved } from "#components/ui/resolved.tsx";
import { Ago, Term, WhileItLasts } from "#components/ui/time.tsx";
import { toast } from "#components/ui/toast.ts";
import { ApiKeys } from "#features/account/api-keys.tsx";
import { Part } from "#features/task/facts.tsx";
import { api } from "#lib/api.ts";
import { useMe } from "#lib/session.ts";
import { useCommand } from "#lib/use-command.ts";
import type { Agent, AgentGrant } from "../agent-types.ts";
import { Patterns } from "../patterns.tsx";
import { agentQueries } from "../queries.ts";

type Props = { agent: Agent; mayManage: boolean; isAdmin: boolean };

/** By what it gets past the question: grants, which somebody gave and may take back; and the keys it comes with. */
export function AccessTab({ agent, mayManage, isAdmin }: Props) {
  const client = useQueryClient();
  const me = useMe();
  const grants = useQuery(agentQueries.grants(agent.id));
  const [adding, setAdding] = useState(false);
  const [revoking, setRevoking] = useState<AgentGrant | null>(null);
  const reread = () => void client.invalidateQueries({ queryKey: ["agent", agent.id] });
  return (
    <div className="flex max-w-4xl flex-col gap-8">
      <Part
        title="Grants"
        note={
          isAdmin &&
          agent.active &&
          (me?.id === agent.owner_id ? (
            "You own it, so another admin grants it more"
          ) : (
            <Button acts onClick={() => setAdding(true)}>
              <Plus size={14} aria-hidden /> New grant
            </Button>
          ))
        }
      >
        <p className="max-w-2xl text-ink-2">
          “Allow always”: calls that no longer ask. Each ends by itself, can be taken back, and counts how
          often it was used. A tool that is denied stays denied.
        </p>
        <Resolved query={grants} what="The grants" loading={<div className="skeleton h-20" />}>
          {({ grants: list }) =>
            list.length === 0 ? (
              <p className="text-ink-3">None: whatever has to ask, asks.</p>
            ) : (
              <ul aria-label="Grants" className="card divide-y divide-line overflow-hidden">
                {list.map((grant) => (
                  <li
                    key={grant.id}
                    className={`flex flex-wrap items-center gap-x-4 gap-y-1 px-3 py-2 ${grant.active ? "" : "text-ink-3"}`}
                  >
                    <code className="font-medium">{grant.tool}</code>
                    <span className="min-w-0 flex-1 text-xs max-sm:basis-full">
                      on <Patterns patterns={grant.resources} every="every resource" none="nothing" />
                    </span>
                    <span className="num text-xs text-ink-2">
                      {usedWords(grant.hits)}
                      {grant.last_hit_at && (
                        <>
                          , last <Ago at={grant.last_hit_at} />
                        </>
                      )}
                    </span>
                    <span className="text-xs text-ink-3">
                      {grant.revoked_at ? (
                        <>
                          taken back <Ago at={grant.revoked_at} />
                        </>
                      ) : (
                        <Term until={grant.expires_at} />
                      )}
                    </span>
                    <span className="text-xs text-ink-3">
                      by {grant.granted_by.name}
                      {grant.task_id && (
                        <>
                          {" · "}
                          <Link href={`/tasks/${grant.task_id}`} className="link">
                            the call
                          </Link>
                        </>
                      )}
                    </span>
                    {mayManage && grant.active && (
                      <WhileItLasts until={grant.expires_at}>
                        <Button
                          size="small"
                          look="danger"
                          acts
                          className="max-sm:h-9 max-sm:px-3"
                          aria-label={`Take back ${grant.tool}`}
                          onClick={() => setRevoking(grant)}
                        >
                          Take back
                        </Button>
                      </WhileItLasts>
                    )}
                  </li>
                ))}
              </ul>
            )
          }
        </Resolved>
      </Part>
      {mayManage ? (
        <ApiKeys holder={{ id: agent.id, kind: "agent" }} title="Keys" mayAdd={agent.active} />
      ) : (
        <Part title="Keys">
          <p className="text-ink-3">Its owner and admins look after its keys.</p>
        </Part>
      )}
      {adding && (
        <NewGrant
          agent={agent}
          close={() => setAdding(false)}
          done={() => {
            setAdding(false);
            reread();
          }}
        />
      )}
      {revoking && (
        <ConfirmDialog
          title={`Take back ${revoking.tool}?`}
          action="Take back"
          danger
          run={() => api.agents.grants.revoke.mutate({ id: agent.id, grant_id: revoking.id })}
          done={() => {
            toast({ text: `${revoking.tool} asks again` });
            reread();
          }}
          close={() => setRevoking(null)}
        >
          Its next call asks again. What already ran stays as it is.
        </ConfirmDialog>
      )}
    </div>
  );
}

const DEFAULT_DAYS = "30";

function NewGrant({ agent, close, done }: { agent: Agent; close: () => void; done: () => void }) {
  const catalogue = useQuery(agentQueries.catalogue());
  const [tool, setTool] = useState("");
  const [resources, setResources] = useState<string[]>([]);
  const [days, setDays] = useState(DEFAULT_DAYS);
  const command = useCommand(
    () =>
      api.agents.grants.create.mutate({
        id: agent.id,
        tool: tool.trim(),
        resources: resources.length > 0 ? resources : null,
        expires_in_days: Number(days),
      }),
    done,
  );
  return (
    <FormDialog
      title="New grant"
      description={`Calls of ${agent.name} that no longer ask, for a time.`}
      form="sheet"
      command={command}
      submit={{ label: "Grant", run: () => void command.send() }}
      close={close}
    >
      <TextRow
        label="Tool"
        hint="A name, a pattern such as mcp__tickets__*, or a kind of call such as read."
        isCode
        list="grant-tools"
        maxLength={200}
        value={tool}
        error={command.issueOf("tool")}
        onChange={(event) => setTool(event.target.value)}
      />
      <datalist id="grant-tools">
        {catalogue.data?.tools.map(({ name, title }) => (
          <option key={name} value={name}>
            {title}
          </option>
        ))}
      </datalist>
      <ChipsRow
        label="Resources"
        optional
        hint="Patterns; none named is every resource."
        error={command.issueOf("resources")}
        value={resources}
        onChange={setResources}
        placeholder="configuration:files/*"
      />
      <TextRow
        label="Days until it ends"
        type="number"
        min={1}
        max={365}
        className="max-w-40"
        value={days}
        error={command.issueOf("expires_in_days")}
        onChange={(event) => setDays(event.target.value)}
      />
    </FormDialog>
  );
}

function usedWords(hits: number): string {
  if (hits === 0) return "not used yet";
  return hits === 1 ? "used once" : `used ${hits.toLocaleString("en")} times`;
}
