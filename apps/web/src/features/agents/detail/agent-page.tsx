import { Activity, Copy, Download, KeyRound, SlidersHorizontal } from "lucide-react";
import { useRouter } from "next/router";
import { useLeaveGuard } from "#components/leave-guard.tsx";
import { Link } from "#components/link.tsx";
import { PageBar } from "#components/shell/page-bar.tsx";
import { Button, buttonClass } from "#components/ui/button.tsx";
import { Resolved } from "#components/ui/resolved.tsx";
import { SkeletonRows } from "#components/ui/states.tsx";
import { Tabs } from "#components/ui/tabs.tsx";
import { toastProblem } from "#components/ui/toast.ts";
import { api } from "#lib/api.ts";
import { onDemand } from "#lib/on-demand.tsx";
import { useMe } from "#lib/session.ts";
import { useUrlState } from "#lib/url-state.ts";
import { AgentActions, FavouriteButton } from "../agent-actions.tsx";
import type { Agent } from "../agent-types.ts";
import { Health, Heartbeat } from "../health.tsx";
import { SimulatedSteps } from "../simulated-agent.tsx";
import { useAgent } from "../use-agents.ts";
import { ActivityTab } from "./activity-tab.tsx";
import { AgentMore, RetiredNotice } from "./agent-more.tsx";
import { useConfigForm } from "./use-config-form.ts";

const ConfigPanel = onDemand(() => import("./config-panel.tsx").then((file) => file.ConfigPanel));
const AccessTab = onDemand(() => import("./access-tab.tsx").then((file) => file.AccessTab));

const TABS = [
  { id: "activity", name: "Activity", icon: Activity },
  { id: "config", name: "Configuration", icon: SlidersHorizontal },
  { id: "access", name: "Grants and keys", icon: KeyRound },
] as const;

/** One agent: what it does now, how it was, what it holds, what is set of it, and by what it gets in. */
export function AgentPage() {
  const router = useRouter();
  const me = useMe();
  const id = typeof router.query.id === "string" ? router.query.id : "";
  const isAdmin = me?.roles.includes("admin") ?? false;
  const query = useAgent(id);
  const agent = query.data;
  const mayManage = isAdmin || (agent !== undefined && me?.id === agent.owner_id);
  return (
    <>
      <PageBar
        title={agent?.name ?? "Agent"}
        note={
          agent && (
            <span className="flex items-center gap-2.5 text-xs text-ink-2">
              <Health status={agent.status} />
              <span className="max-sm:hidden">
                <Heartbeat at={agent.last_heartbeat_at} />
              </span>
            </span>
          )
        }
      >
        {agent && (
          <>
            {isAdmin && (
              <Link href={`/agents/new?copy=${agent.id}`} className={buttonClass("quiet")}>
                <Copy size={14} aria-hidden /> Copy
              </Link>
            )}
            <Button look="quiet" acts onClick={() => void download(agent)}>
              <Download size={14} aria-hidden /> Export
            </Button>
            <FavouriteButton agent={agent} />
            {mayManage && agent.active && <AgentActions agent={agent} />}
            {isAdmin && <AgentMore agent={agent} />}
          </>
        )}
      </PageBar>
      <Resolved query={query} what="This agent" loading={<SkeletonRows />}>
        {(entry) => <AgentParts key={entry.id} agent={entry} mayManage={mayManage} isAdmin={isAdmin} />}
      </Resolved>
    </>
  );
}

type PartsProps = { agent: Agent; mayManage: boolean; isAdmin: boolean };

/** The parts of its page; what is typed in the configuration outlives a look at another. */
function AgentParts({ agent, mayManage, isAdmin }: PartsProps) {
  const url = useUrlState();
  const tab = TABS.find((each) => each.id === url.text("tab")) ?? TABS[0];
  const config = useConfigForm(agent);
  const guard = useLeaveGuard(config.isChanged, `The configuration of ${agent.name}`);
  return (
    <>
      {!agent.active && <RetiredNotice agent={agent} isAdmin={isAdmin} />}
      <Tabs
        label="Parts of this agent"
        tabs={TABS.map((each) => ({
          ...each,
          note: each.id === "config" && config.isChanged && (
            <span className="size-1.5 rounded-full bg-accent">
              <span className="sr-only">changed</span>
            </span>
          ),
        }))}
        value={tab.id}
        onChange={(next) => url.set({ tab: next === "activity" ? null : next, part: null }, "push")}
      >
        <div className="@container mx-auto max-w-6xl p-4 max-sm:p-3">
          {tab.id === "activity" && (
            <>
              <SimulatedSteps agentId={agent.id} />
              <ActivityTab agent={agent} isAdmin={isAdmin} />
            </>
          )}
          {tab.id === "config" && (
            <ConfigPanel config={config} mayManage={mayManage} isAdmin={isAdmin} url={url} />
          )}
          {tab.id === "access" && <AccessTab agent={agent} mayManage={mayManage} isAdmin={isAdmin} />}
        </div>
      </Tabs>
      {guard.question}
    </>
  );
}

/** Its settings as a file: no key in it, no id. */
async function download(agent: Agent): Promise<void> {
  try {
    const file = await api.agents.export.query({ id: agent.id });
    const url = URL.createObjectURL(new Blob([JSON.stringify(file, null, 2)], { type: "application/json" }));
    const link = document.createElement("a");
    link.href = url;
    link.download = `${agent.name.replaceAll(/[^\w.-]+/g, "-")}.agent.json`;
    link.click();
    URL.revokeObjectURL(url);
  } catch (error) {
    toastProblem(`${agent.name} was not exported`, error);
  }
}
