import type { UserEntry } from "@ade/core/identity/schema";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { FormDialog } from "#components/form-dialog.tsx";
import { ChipPicker } from "#components/ui/chip-picker.tsx";
import { Field } from "#components/ui/field.tsx";
import { SelectRow, TextRow } from "#components/ui/field-row.tsx";
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
  const people = useQuery(queries.users(""));
  const [email, setEmail] = useState("");
  const [name, setName] = useState(user?.name ?? "");
  const [password, setPassword] = useState("");
  const [roles, setRoles] = useState<UserEntry["roles"]>(user?.roles ?? ["author"]);
  const [groupNames, setGroupNames] = useState<string[]>(user?.groups ?? []);
  const [managerId, setManagerId] = useState(user?.manager_id ?? "");
  const command = useCommand(
    async () => {
      const facts = { name, roles, groups: groupNames, manager_id: managerId || null };
      const stored = user
        ? await api.users.update.mutate({ id: user.id, ...facts })
        : await api.users.create.mutate({ email, ...facts, ...(password && { password }) });
      await done(stored, !user && !password);
    },
    () => {},
    { EMAIL_TAKEN: "email", WEAK_PASSWORD: "password", LAST_ADMIN: "roles" },
  );
  const managers =
    people.data?.users.filter(({ id, active }) => id !== user?.id && (active || id === managerId)) ?? [];

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
      <SelectRow
        label="Manager"
        optional
        hint="Is asked next when an approval is overdue."
        error={command.issueOf("manager_id")}
        value={managerId}
        onChange={(event) => setManagerId(event.target.value)}
      >
        <option value="">Nobody</option>
        {managers.map(({ id, name: manager }) => (
          <option key={id} value={id}>
            {manager}
          </option>
        ))}
      </SelectRow>
    </FormDialog>
  );
}
