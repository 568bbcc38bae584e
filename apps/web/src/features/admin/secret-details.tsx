import type { SecretEntry } from "@ade/core/secrets/schema";
import { useState } from "react";
import { ConfirmDialog } from "#components/confirm-dialog.tsx";
import { Link } from "#components/link.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Ago } from "#components/ui/time.tsx";
import { api } from "#lib/api.ts";
import { SecretUses } from "./secret-uses.tsx";

type Props = { secret: SecretEntry; done: () => void; close: () => void };

/** A secret's versions, and where it is used. */
export function SecretDetails({ secret, done, close }: Props) {
  const [removing, setRemoving] = useState<number | null>(null);
  const { name, versions } = secret;
  if (removing !== null) {
    return (
      <ConfirmDialog
        title={`Delete version ${removing} of ${name}?`}
        action="Delete version"
        danger
        run={() => api.secrets.remove_version.mutate({ name, number: removing })}
        done={done}
        close={() => setRemoving(null)}
      >
        Tasks that pin <code>{`secret://${name}@${removing}`}</code> are refused from then on. The number is
        not given again.
      </ConfirmDialog>
    );
  }
  return (
    <Dialog
      title={name}
      description={secret.description || "Its values are never shown; each use of one is in the audit."}
      close={close}
      wide
    >
      <section aria-labelledby="secret-versions">
        <h3 id="secret-versions" className="mb-1 text-xs font-medium text-ink-2">
          Versions
        </h3>
        {versions.length === 0 ? (
          <p className="py-1 text-ink-3">
            {secret.in_environment ? "Workers have it in their environment." : "There is no value."}
          </p>
        ) : (
          <ul aria-label="Versions" className="divide-y divide-line">
            {versions.map((version, at) => (
              <li key={version.number} className="flex flex-wrap items-center gap-x-3 gap-y-0.5 py-1.5">
                <span className="flex min-w-0 flex-1 basis-48 flex-wrap items-center gap-2">
                  <code className="text-xs">{`@${version.number}`}</code>
                  {at === 0 && <Badge tone="accent">In use</Badge>}
                  {!version.readable && <Badge tone="bad">Sealed under another ADE_SECRET</Badge>}
                  <span className="text-xs text-ink-3">
                    by {version.created_by_name}, <Ago at={version.created_at} />
                  </span>
                </span>
                <span className="ml-auto flex items-center gap-2">
                  <span className="text-xs text-ink-3">
                    {version.last_used_at ? (
                      <>
                        used <Ago at={version.last_used_at} />
                      </>
                    ) : (
                      "never used"
                    )}
                  </span>
                  <Button
                    size="small"
                    look="quiet"
                    aria-label={`Delete version ${version.number}`}
                    onClick={() => setRemoving(version.number)}
                  >
                    Delete
                  </Button>
                </span>
              </li>
            ))}
          </ul>
        )}
      </section>
      <section aria-labelledby="secret-uses" className="mt-4">
        <h3 id="secret-uses" className="mb-1 text-xs font-medium text-ink-2">
          Where it is used
        </h3>
        <SecretUses name={name} />
      </section>
      <p className="mt-4 text-xs">
        <Link className="text-accent hover:underline" href={`/audit?entity_id=${encodeURIComponent(name)}`}>
          Every use and change in the audit
        </Link>
      </p>
    </Dialog>
  );
}
