import type { UserEntry } from "@ade/core/identity/schema";
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { FormDialog } from "#components/form-dialog.tsx";
import { PersonPicker } from "#components/person-picker.tsx";
import { ChipPicker } from "#components/ui/chip-picker.tsx";
import { Field } from "#components/ui/field.tsx";
import { TextRow } from "#components/ui/field-row.tsx";
import { api } from "#lib/api.ts";
import { queries } from "#lib/queries.ts";
import { useCommand } from "#lib/use-command.ts";
import { RoleChoice } from "./role-choice.tsx";

type Props = {
  user?: UserEntry;
  close: () => void;
  /** `needsInvite`: no password was given, so a link has to be handed over. */
  done: (user: UserEntry, needsInvite: boolean) => void | Promise<void>;
};

/** A person: who, what they may do, where they belong. The address stays what it was. */
export function UserForm({ user, close, done }: Props) {
  const groups = useQuery(queries.groups());
  const formerId = user?.manager_id ?? null;
  const former = useQuery({ ...queries.user(formerId ?? ""), enabled: formerId !== null }).data ?? null;
  const [email, setEmail] = useState("");
  const [name, setName] = useState(user?.name ?? "");
  const [password, setPassword] = useState("");
  const [roles, setRoles] = useState<UserEntry["roles"]>(user?.roles ?? ["author"]);
  const [groupNames, setGroupNames] = useState<string[]>(user?.groups ?? []);
  /** Undefined: as it was. */
  const [manager, setManager] = useState<UserEntry | null | undefined>(undefined);
  const withoutSelf = useMemo(() => new Set(user ? [user.id] : []), [user]);
  const command = useCommand(
    async () => {
      const manager_id = manager === undefined ? formerId : (manager?.id ?? null);
      const facts = { name, roles, groups: groupNames, manager_id };
      const stored = user
        ? await api.users.update.mutate({ id: user.id, ...facts })
        : await api.users.create.mutate({ email, ...facts, ...(password && { password }) });
      await done(stored, !user && !password);
    },
    () => {},
    { EMAIL_TAKEN: "email", WEAK_PASSWORD: "password", LAST_ADMIN: "roles" },
  );

  return (
    <FormDialog
      title={user ? user.name : "New person"}
      description={user?.email}
      close={close}
      form="sheet"
      command={command}
      submit={{
        label: user ? "Store" : password ? "Make person" : "Make person and link",
        run: () => void command.send(),
      }}
    >
      <TextRow
        label="Name"
        error={command.issueOf("name")}
        autoFocus
        autoComplete="off"
        maxLength={200}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      {!user && (
        <>
          <TextRow
            label="Address"
            hint="They sign in with it; it cannot be changed later."
            error={command.issueOf("email")}
            type="email"
            autoComplete="off"
            maxLength={254}
            value={email}
            onChange={(event) => setEmail(event.target.value)}
          />
          <TextRow
            label="Password"
            optional
            hint="Without one they set their own by an invite link, which comes next."
            error={command.issueOf("password")}
            type="password"
            autoComplete="new-password"
            maxLength={128}
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        </>
      )}
      <RoleChoice value={roles} onChange={setRoles} error={command.issueOf("roles")} />
      <Field
        label="Groups"
        optional
        hint="Policies ask groups. One that does not exist yet is made."
        error={command.issueOf("groups")}
      >
        {(parts) => (
          <ChipPicker
            {...parts}
            free
            value={groupNames}
            onChange={setGroupNames}
            choices={(groups.data?.groups ?? []).map((group) => ({ value: group.name, label: group.name }))}
            placeholder="None"
          />
        )}
      </Field>
      <Field
        label="Manager"
        optional
        hint="Is asked next when an approval is overdue."
        error={command.issueOf("manager_id")}
      >
        {(parts) => (
          <PersonPicker
            // Once it is known whom it shows.
            key={former?.id}
            {...parts}
            anyRole
            value={manager === undefined ? former : manager}
            onChange={setManager}
            without={withoutSelf}
            placeholder="Nobody"
          />
        )}
      </Field>
    </FormDialog>
  );
}
