import { Link } from "#components/link.tsx";
import { Button } from "#components/ui/button.tsx";
import { useDemoAgent } from "./use-demo-agent.ts";

/** The line of the first steps: starts the simulated agent, and then leads to where it can be watched. */
export function SimulatedStep() {
  const { isAvailable, isOn, run, start } = useDemoAgent();
  if (!isAvailable || run === undefined) return null;
  return (
    <li>
      {isOn && run ? (
        <Link href={`/agents/${run.agent_id}`} className="link">
          Watch the simulated agent
        </Link>
      ) : (
        <Button size="small" look="quiet" acts busy={start.isPending} onClick={() => start.mutate()}>
          Start a simulated agent
        </Button>
      )}
    </li>
  );
}
