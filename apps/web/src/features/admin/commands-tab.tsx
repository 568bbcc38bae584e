import type { CommandEntry } from "@ade/core/executors/adapters/command/schema";
import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus, SquareTerminal } from "lucide-react";
import { useState } from "react";
import { ConfirmDialog } from "#components/confirm-dialog.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { Resolved } from "#components/ui/resolved.tsx";
import { PageState, SkeletonRows } from "#components/ui/states.tsx";
import { Ago } from "#components/ui/time.tsx";
import { Notes } from "#features/task/notes.tsx";
import { api } from "#lib/api.ts";
import { useKeys } from "#lib/keys.ts";
import { onDemand } from "#lib/on-demand.tsx";
import { type CommandDraft, draftOfCommand } from "./command-draft.ts";
import { READ_AGAIN_MS } from "./queries.ts";
import { TabBar } from "./tab-bar.tsx";

const CommandForm = onDemand(() => import("./command-form.tsx").then((file) => file.CommandForm));
const CommandHistory = onDemand(() => import("./command-history.tsx").then((file) => file.CommandHistory));

const commandQuery = () =>
  queryOptions({
    queryKey: ["commands", "definitions"],
    queryFn: ({ signal }) => api.commands.list.query(undefined, { signal }),
    refetchInterval: READ_AGAIN_MS,
  });

type Open =
  | { what: "form"; entry: CommandEntry | null; start: CommandDraft | null }
  | { what: "history" | "remove"; entry: CommandEntry };

/** Programs that tasks may run: those of the file as they are there, those of this page to be changed here. */
export function CommandsTab() {
  const client = useQueryClient();
  const query = useQuery(commandQuery());
  const [open, setOpen] = useState<Open | null>(null);
  const add = () => setOpen({ what: "form", entry: null, start: null });
  useKeys({ create: add });
  const close = () => setOpen(null);
  const readAgain = () => void client.invalidateQueries({ queryKey: ["commands"] });
  const file = query.data?.file;

  return (
    <>
      <TabBar note={file ? `Also read from ${file.path}` : "Programs that tasks may run."}>
        <Button look="primary" onClick={add}>
          <Plus size={14} aria-hidden /> New command
        </Button>
      </TabBar>
      {file?.problem && (
        <div className="mb-3">
          <Notes tone="bad" notes={[`${file.problem} The commands of the file stay as they were.`]} />
        </div>
      )}
      <Resolved
        query={query}
        what="The commands"
        loading={<SkeletonRows rows={3} className="card overflow-hidden" />}
      >
        {({ commands }) =>
          commands.length === 0 ? (
            <PageState icon={SquareTerminal} title="No commands yet">
              A command is a program that tasks may run after review: Terraform, kubectl, a script of yours.
              Start from what ships, and say in which folder it runs.
            </PageState>
          ) : (
            <ul aria-label="Commands" className="card divide-y divide-line overflow-hidden">
              {commands.map((entry) => (
                <Row key={`${entry.source} ${entry.definition.name}`} entry={entry} setOpen={setOpen} />
              ))}
            </ul>
          )
        }
      </Resolved>
      {open?.what === "form" && query.data && (
        <CommandForm
          entry={open.entry}
          start={open.start}
          shipped={query.data.shipped}
          done={readAgain}
          close={close}
        />
      )}
      {open?.what === "history" && (
        <CommandHistory
          entry={open.entry}
          close={close}
          restore={({ definition }) =>
            setOpen({ what: "form", entry: open.entry, start: draftOfCommand(definition) })
          }
        />
      )}
      {open?.what === "remove" && (
        <ConfirmDialog
          title={`Remove ${open.entry.definition.name}?`}
          action="Remove"
          danger
          run={() => api.commands.remove.mutate({ name: open.entry.definition.name })}
          done={readAgain}
          close={close}
        >
          Approved tasks that would run it go back to their authors. The audit keeps what it was.
        </ConfirmDialog>
      )}
    </>
  );
}

function Row({ entry, setOpen }: { entry: CommandEntry; setOpen: (open: Open) => void }) {
  const { definition, source } = entry;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1.5 px-3.5 py-2.5">
      <span className="min-w-0 flex-1 basis-64">
        <span className="flex flex-wrap items-center gap-2 font-medium">
          {definition.title ?? definition.name}
          {definition.title && <code className="text-2xs font-normal text-ink-3">{definition.name}</code>}
          {source === "file" && <Badge>From the file</Badge>}
          {entry.is_hidden && <Badge tone="warn">The file's holds</Badge>}
          {!definition.rollback && <Badge>No rollback</Badge>}
        </span>
        <span className="block truncate text-xs text-ink-3">
          <code>{definition.apply.join(" ")}</code> in <code>{definition.directory}</code>
        </span>
      </span>
      {entry.updated_at && (
        <span className="num text-xs text-ink-3">
          version {entry.version}, <Ago at={entry.updated_at} />
        </span>
      )}
      {source === "page" ? (
        <span className="flex gap-1">
          <Button size="small" look="quiet" onClick={() => setOpen({ what: "history", entry })}>
            History
          </Button>
          <Button size="small" look="quiet" onClick={() => setOpen({ what: "form", entry, start: null })}>
            Edit
          </Button>
          <Button size="small" look="quiet" onClick={() => setOpen({ what: "remove", entry })}>
            Remove
          </Button>
        </span>
      ) : (
        <span className="text-xs text-ink-3">changed in the file</span>
      )}
    </li>
  );
}
