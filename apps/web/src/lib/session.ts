import { useQuery } from "@tanstack/react-query";
import { useRouter } from "next/router";
import { useEffect } from "react";
import { toProblem } from "./problem.ts";
import { shellQueries } from "./shell-queries.ts";

export type Me = NonNullable<ReturnType<typeof useMe>>;

/** Who is signed in; undefined until known. Without a session it leads to the sign-in page and back again. */
export function useMe() {
  const router = useRouter();
  const { data, error } = useQuery(shellQueries.me());
  const isSignedOut = error !== null && toProblem(error).status === 401;
  useEffect(() => {
    if (isSignedOut) void router.replace(`/sign-in?next=${encodeURIComponent(router.asPath)}`);
  }, [isSignedOut, router]);
  return data;
}

/** Ends the session and forgets everything that was read with it. */
export async function signOut(): Promise<void> {
  await fetch("/api/auth/sign-out", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{}",
  });
  location.assign("/sign-in");
}
