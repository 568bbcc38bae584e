import type { CommandOffer } from "@ade/core/executors/adapters/command/schema";
import { useQuery } from "@tanstack/react-query";
import { Field } from "#components/ui/field.tsx";
import { Resolved } from "#components/ui/resolved.tsx";
import { queries } from "#lib/queries.ts";
import { useMe } from "#lib/session.ts";
import type { Draft } from "./draft.ts";
import { SchemaFields } from "./schema-fields.tsx";

type Props = {
  draft: Draft;
  set: (change: Partial<Draft>) => void;
  issueOf: (field: string) => string | undefined;
};

/** A type as a task has it, where an offer names a family. */
const typesOf = ({ types }: CommandOffer) => types.map((type) => type.replace("*", "run"));

function chosen(offer: CommandOffer, draft: Draft): Partial<Draft> {
  const types = typesOf(offer);
  return {
    type: types.includes(draft.type) ? draft.type : (types[0] ?? draft.type),
    parameters: { command: offer.name, arguments: {} },
    resources: offer.resources,
  };
}

/** Which command, and what it takes: its arguments are the fields. */
export function CommandFields({ draft, set, issueOf }: Props) {
  const me = useMe();
  const query = useQuery(queries.commands());
  const { command, arguments: given } = draft.parameters as { command?: string; arguments?: object };
  return (
    <Resolved query={query} what="The commands" loading={<div className="skeleton h-16" />}>
      {({ commands }) => {
        const offer = commands.find(({ name }) => name === command);
        if (commands.length === 0) {
          return (
            <p className="card px-3 py-2.5 text-ink-2">
              No command is defined yet.{" "}
              {me?.roles.includes("admin") ? (
                <a className="link" href="/admin?tab=commands">
                  Define one
                </a>
              ) : (
                "An admin can define one."
              )}
            </p>
          );
        }
        return (
          <div className="flex flex-col gap-4">
            <div className="grid gap-4 sm:grid-cols-2">
              <Field
                label="Command"
                hint={offer?.description || undefined}
                error={issueOf("config.parameters.command")}
              >
                {(parts) => (
                  <select
                    {...parts}
                    className="field"
                    value={offer?.name ?? ""}
                    onChange={(event) => {
                      const next = commands.find(({ name }) => name === event.target.value);
                      if (next) set(chosen(next, draft));
                    }}
                  >
                    {!offer && <option value="">Choose…</option>}
                    {commands.map(({ name, title }) => (
                      <option key={name} value={name}>
                        {title === name ? name : `${title} (${name})`}
                      </option>
                    ))}
                  </select>
                )}
              </Field>
              {offer && typesOf(offer).length > 1 && (
                <Field label="Type" hint="Policies look at it." error={issueOf("config.type")}>
                  {(parts) => (
                    <select
                      {...parts}
                      className="field"
                      value={draft.type}
                      onChange={(event) => set({ type: event.target.value })}
                    >
                      {[...new Set([...typesOf(offer), draft.type])].map((type) => (
                        <option key={type}>{type}</option>
                      ))}
                    </select>
                  )}
                </Field>
              )}
            </div>
            {offer && (
              <SchemaFields
                key={offer.name}
                schema={offer.parameters}
                values={(given ?? {}) as Record<string, unknown>}
                onChange={(values) => set({ parameters: { command: offer.name, arguments: values } })}
                issueOf={(name) => issueOf(`config.parameters.arguments.${name}`)}
              />
            )}
            {offer && !offer.has_rollback && (
              <p className="text-xs text-ink-3">
                It defines no rollback: what fails is brought back by hand.
              </p>
            )}
          </div>
        );
      }}
    </Resolved>
  );
}
