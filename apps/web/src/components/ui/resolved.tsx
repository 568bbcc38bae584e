import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ProblemState } from "./problem-state.tsx";
import { SkeletonRows } from "./states.tsx";

type Props<T> = {
  query: Pick<UseQueryResult<T>, "data" | "error" | "refetch">;
  /** What it is, as the start of a sentence: "The locks". */
  what: string;
  loading?: ReactNode;
  children: (data: T) => ReactNode;
};

/** A query's answer. Once there is data it stays, whatever happens to later reads. */
export function Resolved<T>({ query, what, loading, children }: Props<T>) {
  if (query.data !== undefined) return children(query.data);
  if (query.error) return <ProblemState error={query.error} what={what} retry={() => void query.refetch()} />;
  return loading ?? <SkeletonRows />;
}
