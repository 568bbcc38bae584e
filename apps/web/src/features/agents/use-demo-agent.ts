import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { toastProblem } from "#components/ui/toast.ts";
import { api, type Outputs } from "#lib/api.ts";

export type DemoRun = NonNullable<Outputs["demo"]["agent"]["run"]>;

const KEY = ["demo_agent"];
/** It does something every few seconds, and people read along. */
const WATCHING_MS = 2_000;
const RESTING_MS = 30_000;

/** The simulated agent of the demo, and how to start and stop it; `run` is undefined until it is known. */
export function useDemoAgent() {
  const client = useQueryClient();
  const query = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => api.demo.agent.query(undefined, { signal }),
    refetchInterval: ({ state }) => (isOn(state.data?.run) ? WATCHING_MS : RESTING_MS),
  });
  const changed = () => client.invalidateQueries({ queryKey: KEY });
  const start = useMutation({
    mutationFn: () => api.demo.start.mutate({}),
    onError: (error) => toastProblem("The simulated agent was not started", error),
    onSettled: () => Promise.all([changed(), client.invalidateQueries({ queryKey: ["agents"] })]),
  });
  const stop = useMutation({
    mutationFn: () => api.demo.stop.mutate(),
    onError: (error) => toastProblem("The simulated agent was not stopped", error),
    onSettled: changed,
  });
  const run = query.data?.run;
  return { isAvailable: query.data?.available ?? false, run, isOn: isOn(run), start, stop };
}

function isOn(run: DemoRun | null | undefined): boolean {
  return run !== null && run !== undefined && run.state !== "ended";
}
