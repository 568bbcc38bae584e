import type { UserEntry } from "@ade/core/identity/schema";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { FormFoot } from "#components/form-foot.tsx";
import { Button } from "#components/ui/button.tsx";
import { ChipPicker } from "#components/ui/chip-picker.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Field } from "#components/ui/field.tsx";
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
    <Dialog title={user ? user.name : "New person"} description={user?.email} close={close} form="sheet">
      <form
        noValidate
        className="flex flex-col gap-3"
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          void command.send();
        }}
      >
        <Field label="Name" error={command.issueOf("name")}>
          {(parts) => (
            <input
              {...parts}
              autoFocus
              autoComplete="off"
              maxLength={200}
              value={name}
              onChange={(event) => setName(event.target.value)}
              className="field"
            />
          )}
        </Field>
        {!user && (
          <>
            <Field
              label="Address"
              hint="They sign in with it; it cannot be changed later."
              error={command.issueOf("email")}
            >
              {(parts) => (
                <input
                  {...parts}
                  type="email"
                  autoComplete="off"
                  maxLength={254}
                  value={email}
                  onChange={(event) => setEmail(event.target.value)}
                  className="field"
                />
              )}
            </Field>
            <Field
              label="Password"
              optional
              hint="Without one they set their own by an invite link, which comes next."
              error={command.issueOf("password")}
            >
              {(parts) => (
                <input
                  {...parts}
                  type="password"
                  autoComplete="new-password"
                  maxLength={128}
                  value={password}
                  onChange={(event) => setPassword(event.target.value)}
                  className="field"
                />
              )}
            </Field>
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
            <select
              {...parts}
              value={managerId}
              onChange={(event) => setManagerId(event.target.value)}
              className="field"
            >
              <option value="">Nobody</option>
              {managers.map(({ id, name: manager }) => (
                <option key={id} value={id}>
                  {manager}
                </option>
              ))}
            </select>
          )}
        </Field>
        <FormFoot command={command}>
          <Button onClick={close}>Cancel</Button>
          <Button type="submit" look="primary" acts busy={command.busy}>
            {user ? "Store" : password ? "Make person" : "Make person and link"}
          </Button>
        </FormFoot>
      </form>
    </Dialog>
  );
}
