import { useQuery } from "@tanstack/react-query";
import clsx from "clsx";
import {
  Circle,
  CircleCheck,
  CircleSlash,
  CircleX,
  LoaderCircle,
  type LucideIcon,
  PlugZap,
} from "lucide-react";
import { useState } from "react";
import { useFormContext, useWatch } from "react-hook-form";
import { FormProblem } from "#components/form-problem.tsx";
import { Button } from "#components/ui/button.tsx";
import { api, type Inputs } from "#lib/api.ts";
import { useCommand } from "#lib/use-command.ts";
import type { ConnectionTest as Test } from "../agent-types.ts";
import { agentQueries } from "../queries.ts";
import { type AgentForm, connectionOf } from "./agent-form.ts";

type Check = Test["checks"][number];
const LOOKS: Record<Check["state"], { icon: LucideIcon; word: string; tone: string }> = {
  waiting: { icon: Circle, word: "Waiting", tone: "text-ink-3" },
  running: { icon: LoaderCircle, word: "Running", tone: "text-accent" },
  passed: { icon: CircleCheck, word: "Passed", tone: "text-good" },
  failed: { icon: CircleX, word: "Failed", tone: "text-bad" },
  skipped: { icon: CircleSlash, word: "Skipped", tone: "text-ink-3" },
};

/** Really connects, and says check by check what was found and how long it took. */
export function ConnectionTest({ agentId }: { agentId?: string }) {
  const { trigger, getValues, control } = useFormContext<AgentForm>();
  const connection = useWatch({ control, name: "connection" });
  const now = JSON.stringify(connection);
  const [started, setStarted] = useState<{ id: string; of: string }>();
  const test = useQuery({ ...agentQueries.test(started?.id ?? ""), enabled: started !== undefined });
  const command = useCommand(
    () =>
      api.agents.test.start.mutate({
        connection: connectionOf(getValues()) as Inputs["agents"]["test"]["start"]["connection"],
        ...(agentId && { agent_id: agentId }),
      }),
    ({ id }) => setStarted({ id, of: now }),
  );
  const start = async () => {
    if (await trigger("connection", { shouldFocus: true })) await command.send();
  };
  const isRunning = started !== undefined && test.data?.state !== "done";
  const isOld = started !== undefined && started.of !== now;
  return (
    <section aria-labelledby="connection-test" className="card p-3.5">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <div className="min-w-0 flex-1">
          <h3 id="connection-test" className="font-semibold">
            Test connection
          </h3>
          <p className="text-xs text-ink-2">
            {isOld && !isRunning
              ? "The connection has changed since this test."
              : "Connects for real and ends what it began. Nothing is stored."}
          </p>
        </div>
        <Button acts busy={command.busy || isRunning} onClick={() => void start()}>
          <PlugZap size={14} aria-hidden />
          {isRunning ? "Testing…" : started ? "Test again" : "Test connection"}
        </Button>
      </div>
      <FormProblem command={command} />
      {test.data && (
        <ol aria-label="Checks" className={clsx("mt-3 flex flex-col gap-2", isOld && "opacity-60")}>
          {test.data.checks.map((check) => (
            <CheckLine key={check.name} check={check} />
          ))}
        </ol>
      )}
      <p role="status" className={clsx("mt-3 font-medium empty:hidden", verdictTone(test.data))}>
        {verdictOf(test.data)}
      </p>
    </section>
  );
}

function CheckLine({ check }: { check: Check }) {
  const { icon: Icon, word, tone } = LOOKS[check.state];
  return (
    <li className="flex gap-2">
      <Icon
        size={16}
        role="img"
        aria-label={word}
        className={clsx("mt-0.5 shrink-0", tone, check.state === "running" && "animate-spin")}
      />
      <div className="min-w-0 flex-1">
        <p className={clsx(check.state === "waiting" && "text-ink-3")}>{check.title}</p>
        {check.message && <p className="text-xs break-words text-ink-2">{check.message}</p>}
        {check.next && <p className="text-xs break-words text-ink-2">→ {check.next}</p>}
      </div>
      <span className="num shrink-0 text-xs text-ink-3">
        {check.duration_ms === null ? "" : `${check.duration_ms.toLocaleString("en")} ms`}
      </span>
    </li>
  );
}

function verdictOf(test: Test | undefined): string {
  if (test?.state !== "done") return "";
  if (test.ok === null) return "Nothing could be checked yet.";
  return test.ok ? "It connects." : "It does not connect yet. You can go on and mend it later.";
}

const verdictTone = (test: Test | undefined) =>
  test?.ok === true ? "text-good" : test?.ok === false ? "text-bad" : "text-ink-2";
