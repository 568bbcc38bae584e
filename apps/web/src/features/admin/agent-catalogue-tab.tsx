import type { AgentCatalogue, AgentTemplate, CatalogueTool } from "@ade/core/agents/catalogue/schema";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Pencil, Plus, Trash2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import { ConfirmDialog } from "#components/confirm-dialog.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Button, IconButton } from "#components/ui/button.tsx";
import { Resolved } from "#components/ui/resolved.tsx";
import { SkeletonRows } from "#components/ui/states.tsx";
import { toast } from "#components/ui/toast.ts";
import { agentQueries } from "#features/agents/queries.ts";
import { Part } from "#features/task/facts.tsx";
import { api } from "#lib/api.ts";
import { type CatalogueModel, withoutModel, withTemplate, withTool } from "./agent-catalogue.ts";
import { ModelForm, type Store, TemplateForm, ToolForm } from "./agent-catalogue-forms.tsx";
import { TabBar } from "./tab-bar.tsx";

type Opening =
  | { kind: "model"; before: CatalogueModel | null }
  | { kind: "tool"; before: CatalogueTool | null }
  | { kind: "template"; before: AgentTemplate | null };
type Removal = { name: string; says: string; change: Parameters<Store>[0] };
/** The catalogue as it was when a dialog was opened: what came since must not be stored over unseen. */
type Opened = { from: AgentCatalogue };

const TONES = { low: "good", medium: "warn", high: "bad" } as const;
const WIZARD = "It is no longer offered. Agents that have it keep it.";

/** What people choose from when they make an agent: models by provider, tools with their risk, templates. */
export function AgentCatalogueTab() {
  const client = useQueryClient();
  const query = useQuery(agentQueries.catalogue());
  const [open, setOpen] = useState<(Opening & Opened) | null>(null);
  const [removing, setRemoving] = useState<(Removal & Opened) | null>(null);
  const { queryKey } = agentQueries.catalogue();
  const begin = (what: Opening) => query.data && setOpen({ ...what, from: query.data });
  const remove = (what: Removal) => query.data && setRemoving({ ...what, from: query.data });
  const storeOver =
    ({ from: { version, ...value } }: Opened): Store =>
    async (change) => {
      try {
        client.setQueryData(queryKey, await api.agents.setCatalogue.mutate({ ...change(value), version }));
        toast({ text: "The catalogue is stored" });
      } catch (error) {
        // Where somebody else was faster, what they stored is shown behind the dialog; it is opened again from that.
        void client.invalidateQueries({ queryKey });
        throw error;
      }
    };
  return (
    <>
      <TabBar note="What the wizard for new agents offers. Agents that were made keep what they have." />
      <Resolved query={query} what="The catalogue" loading={<SkeletonRows rows={6} className="card" />}>
        {(value) => (
          <div className="flex flex-col gap-8">
            <Part title="Models" note={<Add of="model" run={() => begin({ kind: "model", before: null })} />}>
              <Grid label="Models" isEmpty={value.providers.length === 0}>
                {value.providers.map((provider) => (
                  <Group key={provider.name} name={provider.name}>
                    {provider.models.map((model) => (
                      <Line
                        key={model.name}
                        name={model.name}
                        edit={() => begin({ kind: "model", before: { provider: provider.name, ...model } })}
                        remove={() =>
                          remove({
                            name: model.name,
                            says: WIZARD,
                            change: (now) => withoutModel(now, { provider: provider.name, ...model }),
                          })
                        }
                      >
                        <code className="text-xs">{model.name}</code>
                        {model.context_window && (
                          <span className="num text-xs text-ink-3">
                            {model.context_window.toLocaleString("en")} tokens
                          </span>
                        )}
                      </Line>
                    ))}
                  </Group>
                ))}
              </Grid>
            </Part>
            <Part title="Tools" note={<Add of="tool" run={() => begin({ kind: "tool", before: null })} />}>
              <Grid label="Tools" isEmpty={value.tools.length === 0}>
                {[...Map.groupBy(value.tools, ({ group }) => group)].map(([group, tools]) => (
                  <Group key={group} name={group}>
                    {tools.map((tool) => (
                      <Line
                        key={tool.name}
                        name={tool.title}
                        edit={() => begin({ kind: "tool", before: tool })}
                        remove={() =>
                          remove({
                            name: tool.title,
                            says: WIZARD,
                            change: (now) => withTool(now, tool.name, null),
                          })
                        }
                      >
                        <span className="min-w-0 truncate" title={tool.description}>
                          {tool.title}{" "}
                          {tool.title !== tool.name && (
                            <code className="text-xs text-ink-3">{tool.name}</code>
                          )}
                        </span>
                        <Badge tone={TONES[tool.risk]}>{tool.risk}</Badge>
                      </Line>
                    ))}
                  </Group>
                ))}
              </Grid>
            </Part>
            <Part
              title="Templates"
              note={<Add of="template" run={() => begin({ kind: "template", before: null })} />}
            >
              {value.templates.length === 0 ? (
                <p className="text-ink-3">None: a new agent begins empty.</p>
              ) : (
                <ul aria-label="Templates" className="card divide-y divide-line overflow-hidden">
                  {value.templates.map((template) => (
                    <Line
                      key={template.id}
                      name={template.name}
                      edit={() => begin({ kind: "template", before: template })}
                      remove={() =>
                        remove({
                          name: template.name,
                          says: "It is no longer offered.",
                          change: (now) => withTemplate(now, template.id, null),
                        })
                      }
                    >
                      <span className="font-medium">{template.name}</span>
                      <span className="min-w-0 truncate text-xs text-ink-2">{template.description}</span>
                    </Line>
                  ))}
                </ul>
              )}
            </Part>
          </div>
        )}
      </Resolved>
      {open && <OpenForm open={open} store={storeOver(open)} close={() => setOpen(null)} />}
      {removing && (
        <ConfirmDialog
          title={`Take ${removing.name} out of the catalogue?`}
          action="Take out"
          danger
          run={() => storeOver(removing)(removing.change)}
          close={() => setRemoving(null)}
        >
          {removing.says}
        </ConfirmDialog>
      )}
    </>
  );
}

type FormProps = { open: Opening & Opened; store: Store; close: () => void };

function OpenForm({ open, store, close }: FormProps) {
  const parts = { value: open.from, store, close };
  if (open.kind === "model") return <ModelForm before={open.before} {...parts} />;
  if (open.kind === "tool") return <ToolForm before={open.before} {...parts} />;
  return <TemplateForm before={open.before} {...parts} />;
}

function Add({ of, run }: { of: string; run: () => void }) {
  return (
    <Button onClick={run}>
      <Plus size={14} aria-hidden /> New {of}
    </Button>
  );
}

function Grid({ label, isEmpty, children }: { label: string; isEmpty: boolean; children: ReactNode }) {
  if (isEmpty) return <p className="text-ink-3">None: what is not listed can still be typed.</p>;
  return (
    <ul
      aria-label={label}
      className="grid grid-cols-[repeat(auto-fill,minmax(min(20rem,100%),1fr))] items-start gap-3"
    >
      {children}
    </ul>
  );
}

function Group({ name, children }: { name: string; children: ReactNode }) {
  return (
    <li className="card overflow-hidden">
      <h3 className="caption border-b border-line bg-sunken px-3 py-1.5">{name}</h3>
      <ul aria-label={name} className="divide-y divide-line">
        {children}
      </ul>
    </li>
  );
}

type LineProps = { name: string; edit: () => void; remove: () => void; children: ReactNode };

function Line({ name, edit, remove, children }: LineProps) {
  return (
    <li className="flex min-h-9 items-center gap-2 pr-1.5 pl-3">
      <span className="flex min-w-0 flex-1 items-center gap-2">{children}</span>
      <IconButton size="small" label={`Edit ${name}`} onClick={edit}>
        <Pencil size={13} aria-hidden />
      </IconButton>
      <IconButton size="small" label={`Take out ${name}`} onClick={remove}>
        <Trash2 size={13} aria-hidden />
      </IconButton>
    </li>
  );
}
