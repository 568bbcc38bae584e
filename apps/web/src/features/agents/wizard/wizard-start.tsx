import { useQuery, useQueryClient } from "@tanstack/react-query";
import { FileUp, PencilLine, Trash2 } from "lucide-react";
import { type ChangeEvent, useRef, useState } from "react";
import { ConfirmDialog } from "#components/confirm-dialog.tsx";
import { FormProblem } from "#components/form-problem.tsx";
import { Button, IconButton } from "#components/ui/button.tsx";
import { Ago } from "#components/ui/time.tsx";
import { api, type Inputs } from "#lib/api.ts";
import { Problem } from "#lib/problem.ts";
import { useCommand } from "#lib/use-command.ts";
import { agentQueries } from "../queries.ts";

/** More than any agent's file can be. */
const MAX_FILE_BYTES = 3_000_000;

/** What a new agent can begin with instead of nothing: a draft that lies there, a template, a file. */
export function WizardStart({ open }: { open: (draftId: string, step: number) => void }) {
  const client = useQueryClient();
  const drafts = useQuery(agentQueries.drafts());
  const catalogue = useQuery(agentQueries.catalogue());
  const file = useRef<HTMLInputElement>(null);
  const from = useRef<Inputs["agents"]["draft"]["create"]["from"] | File>(undefined);
  const command = useCommand(
    async () => {
      const source = from.current;
      const given = source instanceof File ? { file: await readAgentFile(source) } : source;
      return api.agents.draft.create.mutate(given ? { from: given } : {});
    },
    (draft) => {
      void client.invalidateQueries({ queryKey: ["agent_drafts"] });
      open(draft.id, 1);
    },
  );
  const begin = (source: typeof from.current) => {
    from.current = source;
    void command.send();
  };
  const [deleting, setDeleting] = useState<{ id: string; name: string } | null>(null);
  const left = drafts.data?.drafts ?? [];
  return (
    <section aria-label="Begin with" className="flex flex-col gap-3">
      {left.length > 0 && (
        <div className="card overflow-hidden">
          <h3 className="caption border-b border-line bg-sunken px-3 py-1.5">Your drafts</h3>
          <ul className="divide-y divide-line">
            {left.map((draft) => (
              <li key={draft.id} className="flex items-center gap-2 py-1.5 pr-1.5 pl-3">
                <span className="min-w-0 flex-1 truncate">
                  <span className="font-medium">{draft.name || "Without a name"}</span>{" "}
                  <span className="text-xs text-ink-3">
                    step {draft.step} · <Ago at={draft.updated_at} />
                  </span>
                </span>
                <Button
                  size="small"
                  className="max-sm:h-9 max-sm:px-3"
                  aria-label={`Go on with ${draft.name || "the draft without a name"}`}
                  onClick={() => open(draft.id, draft.step)}
                >
                  <PencilLine size={12} aria-hidden /> Go on
                </Button>
                <IconButton
                  size="small"
                  label={`Delete the draft ${draft.name || "without a name"}`}
                  acts
                  onClick={() => setDeleting({ id: draft.id, name: draft.name || "without a name" })}
                >
                  <Trash2 size={14} aria-hidden />
                </IconButton>
              </li>
            ))}
          </ul>
        </div>
      )}
      <div className="flex flex-wrap items-center gap-1.5">
        <span className="mr-1 text-xs font-medium text-ink-2">Begin with</span>
        {(catalogue.data?.templates ?? []).map((template) => (
          <Button
            key={template.id}
            size="small"
            acts
            busy={command.busy}
            title={template.description}
            className="max-sm:h-9 max-sm:px-3"
            onClick={() => begin({ template_id: template.id })}
          >
            {template.name}
          </Button>
        ))}
        <Button
          size="small"
          acts
          busy={command.busy}
          className="max-sm:h-9 max-sm:px-3"
          onClick={() => file.current?.click()}
        >
          <FileUp size={13} aria-hidden /> A file…
        </Button>
        <input
          ref={file}
          type="file"
          accept="application/json,.json"
          aria-label="File of an exported agent"
          tabIndex={-1}
          onChange={(event: ChangeEvent<HTMLInputElement>) => {
            const [chosen] = event.target.files ?? [];
            event.target.value = "";
            if (chosen) begin(chosen);
          }}
          className="sr-only"
        />
      </div>
      <FormProblem command={command} />
      {deleting && (
        <ConfirmDialog
          title={`Delete the draft ${deleting.name}?`}
          action="Delete the draft"
          danger
          run={() => api.agents.draft.remove.mutate({ id: deleting.id })}
          done={() => void client.invalidateQueries({ queryKey: ["agent_drafts"] })}
          close={() => setDeleting(null)}
        >
          What was filled in is gone for good.
        </ConfirmDialog>
      )}
    </section>
  );
}

/** What an exported agent's file holds. Throws a Problem where it is too large or no such file. */
async function readAgentFile(file: File): Promise<Record<string, unknown>> {
  const refuse = (message: string) => new Problem({ code: "FILE_REFUSED", status: 400, message });
  if (file.size > MAX_FILE_BYTES) throw refuse(`${file.name} is too large to be an agent.`);
  const read: unknown = await file
    .text()
    .then((text) => JSON.parse(text) as unknown)
    .catch(() => {
      throw refuse(`${file.name} is not JSON.`);
    });
  if (typeof read !== "object" || read === null || Array.isArray(read)) {
    throw refuse(`${file.name} is not an exported agent.`);
  }
  return read as Record<string, unknown>;
}
