import type { SecretEntry } from "@ade/core/secrets/schema";
import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus, Vault } from "lucide-react";
import { useState } from "react";
import { Badge } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { Resolved } from "#components/ui/resolved.tsx";
import { PageState, SkeletonRows } from "#components/ui/states.tsx";
import { Ago } from "#components/ui/time.tsx";
import { api } from "#lib/api.ts";
import { useKeys } from "#lib/keys.ts";
import { onDemand } from "#lib/on-demand.tsx";
import { READ_AGAIN_MS } from "./queries.ts";
import { TabBar } from "./tab-bar.tsx";

const SecretForm = onDemand(() => import("./secret-form.tsx").then((file) => file.SecretForm));
const SecretVersion = onDemand(() => import("./secret-version.tsx").then((file) => file.SecretVersion));
const SecretDetails = onDemand(() => import("./secret-details.tsx").then((file) => file.SecretDetails));
const DeleteSecret = onDemand(() => import("./delete-secret.tsx").then((file) => file.DeleteSecret));

const secretsQuery = () =>
  queryOptions({
    queryKey: ["secrets"],
    queryFn: ({ signal }) => api.secrets.list.query(undefined, { signal }),
    refetchInterval: READ_AGAIN_MS,
  });

type Open = { what: "form"; name?: string } | { what: "version" | "details" | "delete"; name: string };

/** Values that tasks name: which there are, who may use them, and nothing of what they are. */
export function SecretsTab() {
  const client = useQueryClient();
  const secrets = useQuery(secretsQuery());
  const [open, setOpen] = useState<Open | null>(null);
  useKeys({ create: () => setOpen({ what: "form" }) });
  const close = () => setOpen(null);
  const readAgain = () => void client.invalidateQueries({ queryKey: ["secrets"] });
  const chosen = secrets.data?.secrets.find(({ name }) => name === open?.name);

  return (
    <>
      <TabBar note="Tasks name them; only a worker ever sees their values.">
        <Button look="primary" onClick={() => setOpen({ what: "form" })}>
          <Plus size={14} aria-hidden /> New secret
        </Button>
      </TabBar>
      <Resolved
        query={secrets}
        what="The secrets"
        loading={<SkeletonRows rows={3} className="card overflow-hidden" />}
      >
        {(list) =>
          list.secrets.length === 0 ? (
            <PageState icon={Vault} title="No secrets yet">
              A password or token that tasks may use without knowing it. They write <code>secret://name</code>{" "}
              where the value belongs; it is filled in when they are applied, and hidden in everything that
              comes of it.
            </PageState>
          ) : (
            <ul aria-label="Secrets" className="card divide-y divide-line overflow-hidden">
              {list.secrets.map((secret) => (
                <SecretRow
                  key={secret.name}
                  secret={secret}
                  show={(what) => setOpen({ what, name: secret.name })}
                />
              ))}
            </ul>
          )
        }
      </Resolved>
      {open?.what === "form" && <SecretForm secret={chosen ?? null} done={readAgain} close={close} />}
      {open?.what === "version" && chosen && <SecretVersion secret={chosen} done={readAgain} close={close} />}
      {open?.what === "details" && chosen && <SecretDetails secret={chosen} done={readAgain} close={close} />}
      {open?.what === "delete" && chosen && <DeleteSecret secret={chosen} done={readAgain} close={close} />}
    </>
  );
}

function SecretRow({ secret, show }: { secret: SecretEntry; show: (what: Open["what"]) => void }) {
  const [newest] = secret.versions;
  const limits = [...secret.task_types, ...secret.resource_patterns];
  const isEntered = secret.version !== null;
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1.5 px-3.5 py-2.5">
      <span className="min-w-0 flex-1 basis-64">
        <span className="flex flex-wrap items-center gap-2 font-medium">
          <code className="break-all">{secret.name}</code>
          {newest && <Badge>Version {newest.number}</Badge>}
          {!newest && secret.in_environment && <Badge tone="accent">From the environment</Badge>}
          {!newest && !secret.in_environment && <Badge tone="bad">No value</Badge>}
          {newest && !newest.readable && <Badge tone="bad">Unreadable</Badge>}
        </span>
        <span className="block truncate text-xs text-ink-3">
          {secret.description && `${secret.description} · `}
          {limits.length > 0 ? `only ${limits.join(", ")}` : "for every task"}
        </span>
      </span>
      <span className="text-xs text-ink-3">
        {secret.last_used_at ? (
          <>
            used <Ago at={secret.last_used_at} />
          </>
        ) : (
          isEntered && "never used"
        )}
      </span>
      <span className="flex gap-1">
        <Button size="small" look="quiet" onClick={() => show("details")}>
          Details
        </Button>
        {isEntered && (
          <Button size="small" look="quiet" onClick={() => show("version")}>
            New version
          </Button>
        )}
        <Button size="small" look="quiet" onClick={() => show("form")}>
          {isEntered ? "Edit" : "Limit"}
        </Button>
        {isEntered && (
          <Button size="small" look="quiet" onClick={() => show("delete")}>
            Delete
          </Button>
        )}
      </span>
    </li>
  );
}
