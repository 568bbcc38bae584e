import type { LinkEntry } from "@ade/core/identity/schema";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/router";
import { type FormEvent, useEffect, useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { Field } from "#components/ui/field.tsx";
import { Left } from "#components/ui/time.tsx";
import { Notes } from "#features/task/notes.tsx";
import { api } from "#lib/api.ts";
import { toProblem } from "#lib/problem.ts";
import { BareFrame } from "./bare-frame.tsx";

/** Where an invite or reset link leads: one password, once. The token leaves the address at once. */
export function AcceptPage() {
  const router = useRouter();
  const [token, setToken] = useState("");
  const [mismatch, setMismatch] = useState(false);
  const read = useMutation({ mutationFn: (given: string) => api.links.read.mutate({ token: given }) });
  const accept = useMutation({
    mutationFn: (password: string) => api.links.accept.mutate({ token, password }),
    onSuccess: ({ email }) => void router.replace(`/sign-in?accepted=1&email=${encodeURIComponent(email)}`),
  });
  const { mutate: readLink } = read;

  useEffect(() => {
    const given =
      new URLSearchParams(location.hash.slice(1)).get("token") ??
      new URLSearchParams(location.search).get("token");
    if (!given) return;
    setToken(given);
    readLink(given);
    history.replaceState(history.state, "", "/accept");
  }, [readLink]);

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const differs = data.get("password") !== data.get("again");
    setMismatch(differs);
    if (!differs) accept.mutate(String(data.get("password")));
  };
  const failed = accept.error ? toProblem(accept.error) : null;

  if (!read.data) {
    return (
      <BareFrame title={read.error ? "This link does not work" : "Checking the link"}>
        {read.error ? (
          <div role="alert" className="flex flex-col gap-3">
            <Notes tone="bad" notes={[toProblem(read.error).message]} />
            <p className="text-ink-2">
              Links work once and for a limited time. Ask your admin for a new one.
            </p>
          </div>
        ) : (
          <p role="status" className="text-ink-3">
            {token ? "One moment…" : "The address has no token. Open the link as it was given to you."}
          </p>
        )}
      </BareFrame>
    );
  }
  return (
    <BareFrame title={titleOf(read.data)} lead={read.data.email}>
      <form className="flex flex-col gap-4" onSubmit={submit}>
        <div role="alert">{failed && <Notes tone="bad" notes={[failed.message]} />}</div>
        <input type="hidden" autoComplete="username" value={read.data.email} readOnly />
        <Field label="New password" error={failed?.issues.find((issue) => issue.field === "password")?.issue}>
          {(parts) => (
            <input
              {...parts}
              name="password"
              type="password"
              autoComplete="new-password"
              required
              className="field h-9"
            />
          )}
        </Field>
        <Field label="The same again" error={mismatch ? "The two are not the same." : undefined}>
          {(parts) => (
            <input
              {...parts}
              name="again"
              type="password"
              autoComplete="new-password"
              required
              className="field h-9"
            />
          )}
        </Field>
        <Button type="submit" look="primary" size="large" busy={accept.isPending}>
          Set password
        </Button>
        <p className="text-xs text-ink-3">
          This link: <Left until={read.data.expires_at} />.
        </p>
      </form>
    </BareFrame>
  );
}
AcceptPage.bare = true as const;

function titleOf(link: LinkEntry): string {
  return link.kind === "invite" ? `Welcome, ${link.name}` : "Set a new password";
}
