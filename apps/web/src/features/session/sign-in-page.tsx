import { useRouter } from "next/router";
import { type FormEvent, useState } from "react";
import { Button } from "#components/ui/button.tsx";
import { Field } from "#components/ui/field.tsx";
import { Notes } from "#features/task/notes.tsx";
import { BareFrame } from "./bare-frame.tsx";

/** Where to go after signing in: only a path of ours. */
function safeNext(next: unknown): string {
  return typeof next === "string" && /^\/(?![/\\])/.test(next) ? next : "/approvals";
}

async function signIn(email: string, password: string): Promise<string | null> {
  try {
    const response = await fetch("/api/auth/sign-in/email", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ email, password }),
    });
    if (response.ok) return null;
    if (response.status === 429) {
      const seconds = Number(response.headers.get("retry-after"));
      return `Too many attempts. Try again ${seconds > 0 ? `in ${Math.ceil(seconds / 60)} minutes` : "later"}.`;
    }
    if (response.status < 500) return "Address and password do not belong together.";
  } catch {}
  return "The server does not answer right now. Try again in a few seconds.";
}

export function SignInPage() {
  const router = useRouter();
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    setBusy(true);
    const answer = await signIn(String(data.get("email")), String(data.get("password")));
    setProblem(answer);
    if (answer) setBusy(false);
    else location.assign(safeNext(router.query.next));
  };
  return (
    <BareFrame
      title="Sign in"
      lead={router.query.accepted ? "Your password is set. Sign in with it." : undefined}
    >
      <form method="post" className="flex flex-col gap-4" onSubmit={(event) => void submit(event)}>
        <div role="alert">{problem && <Notes tone="bad" notes={[problem]} />}</div>
        <Field label="E-mail address">
          {(parts) => (
            <input
              {...parts}
              name="email"
              type="email"
              autoComplete="username"
              required
              className="field h-9"
              defaultValue={router.query.email}
            />
          )}
        </Field>
        <Field label="Password" hint="Forgotten? An admin can give you a link to set a new one.">
          {(parts) => (
            <input
              {...parts}
              name="password"
              type="password"
              autoComplete="current-password"
              required
              className="field h-9"
            />
          )}
        </Field>
        <Button type="submit" look="primary" size="large" busy={busy}>
          Sign in
        </Button>
      </form>
    </BareFrame>
  );
}
SignInPage.bare = true as const;
