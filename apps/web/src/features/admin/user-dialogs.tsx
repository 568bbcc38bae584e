import type { NewLink, UserEntry } from "@ade/core/identity/schema";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { ConfirmDialog } from "#components/confirm-dialog.tsx";
import { toast, toastProblem } from "#components/ui/toast.ts";
import { api } from "#lib/api.ts";
import { LinkDialog, type LinkKind } from "./link-dialog.tsx";
import { UserForm } from "./user-form.tsx";
import type { UserDialog } from "./users-tab.tsx";

type Made = { user: UserEntry; kind: LinkKind; link: NewLink };

/** Whatever is being done with people; a new person without a password is followed by their invite link. */
export function UserDialogs({ dialog, close }: { dialog: UserDialog; close: () => void }) {
  const client = useQueryClient();
  const [made, setMade] = useState<Made | null>(null);
  const readAgain = () => {
    void client.invalidateQueries({ queryKey: ["users"] });
    void client.invalidateQueries({ queryKey: ["groups"] });
  };

  if (made) return <LinkDialog {...made} close={close} />;
  if (dialog.kind === "create") {
    return (
      <UserForm
        close={close}
        done={async (user, needsInvite) => {
          readAgain();
          if (!needsInvite) {
            toast({ text: `${user.name} may sign in now` });
            return close();
          }
          try {
            setMade({
              user,
              kind: "invite",
              link: await api.users.create_link.mutate({ id: user.id, kind: "invite" }),
            });
          } catch (error) {
            toastProblem(`${user.name} was made, their invite link was not`, error);
            close();
          }
        }}
      />
    );
  }
  const { user } = dialog;
  if (dialog.kind === "edit") {
    return (
      <UserForm
        user={user}
        close={close}
        done={(stored) => {
          readAgain();
          toast({ text: `Stored: ${stored.name}` });
          close();
        }}
      />
    );
  }
  if (dialog.kind === "leave" || dialog.kind === "return") {
    const active = dialog.kind === "return";
    return (
      <ConfirmDialog
        title={active ? `${user.name} is back?` : `${user.name} has left?`}
        action={active ? "Let them sign in again" : "Deactivate"}
        danger={!active}
        run={() => api.users.update.mutate({ id: user.id, active })}
        done={() => {
          readAgain();
          toast({ text: active ? `${user.name} may sign in again` : `${user.name} has left` });
        }}
        close={close}
      >
        {active
          ? "Their roles, groups and agents are as they were. Their own keys and sessions are not: they sign in again and make new ones."
          : "Sessions end and API keys stop working at once, those of their agents too; nothing new is asked of them. What they did stays in the ledger."}
      </ConfirmDialog>
    );
  }
  const { kind } = dialog;
  return (
    <ConfirmDialog
      title={kind === "invite" ? `Invite ${user.name}?` : `Reset ${user.name}'s password?`}
      action="Make the link"
      run={async () => {
        setMade({ user, kind, link: await api.users.create_link.mutate({ id: user.id, kind }) });
      }}
      isFollowed
      close={close}
    >
      {kind === "invite"
        ? "The link lets them set their first password. It works once, for seven days, and ends earlier links of theirs."
        : "The link lets them set a new password. It works once, for a day, and ends earlier links of theirs; the old password works until then."}
    </ConfirmDialog>
  );
}
