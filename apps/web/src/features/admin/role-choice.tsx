import type { UserEntry } from "@ade/core/identity/schema";
import { Check } from "#components/ui/check.tsx";

type Role = UserEntry["roles"][number];

/** What each role is for, for people. */
export const ROLES: readonly { id: Role; name: string; means: string }[] = [
  { id: "author", name: "Author", means: "Proposes changes." },
  { id: "reviewer", name: "Reviewer", means: "Is asked to approve what others propose." },
  { id: "admin", name: "Admin", means: "Looks after people, policies, agents and the catalogue." },
];

type Props = { value: readonly Role[]; onChange: (roles: Role[]) => void; error: string | undefined };

export function RoleChoice({ value, onChange, error }: Props) {
  return (
    <fieldset>
      <legend className="mb-1 text-xs font-medium text-ink-2">Roles</legend>
      <div className="flex flex-col gap-2">
        {ROLES.map(({ id, name, means }) => (
          <Check
            key={id}
            label={name}
            hint={means}
            checked={value.includes(id)}
            onChange={(isOn) =>
              onChange(
                ROLES.map((role) => role.id).filter((role) => (role === id ? isOn : value.includes(role))),
              )
            }
          />
        ))}
      </div>
      {error && <p className="mt-1 text-xs text-bad">{error}</p>}
    </fieldset>
  );
}
