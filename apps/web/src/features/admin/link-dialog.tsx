import type { NewLink, UserEntry } from "@ade/core/identity/schema";
import { SecretDialog } from "#components/secret-dialog.tsx";
import { Moment } from "#components/ui/time.tsx";

export type LinkKind = "invite" | "reset";

type Props = { user: UserEntry; kind: LinkKind; link: NewLink; close: () => void };

/** The link to hand over, shown this once. */
export function LinkDialog({ user, kind, link, close }: Props) {
  return (
    <SecretDialog
      title={kind === "invite" ? `Invite link for ${user.name}` : `Reset link for ${user.name}`}
      description="Hand it over on a way that only they read."
      label={kind === "invite" ? "Invite link" : "Reset link"}
      value={`${location.origin}${link.path}`}
      close={close}
    >
      It works once, until <Moment at={link.expires_at} />. Whoever opens it sets the password of {user.email}
      .
    </SecretDialog>
  );
}
