import type { AgentStatus } from "@ade/core/agents/schema";
import {
  Activity,
  CircleFadingArrowUp,
  CirclePause,
  Coffee,
  HeartCrack,
  type LucideIcon,
  Radar,
} from "lucide-react";
import { Badge, type Tone } from "#components/ui/badge.tsx";
import { Ago } from "#components/ui/time.tsx";

type Look = { word: string; icon: LucideIcon; tone: Tone; means: string };

/** How an agent is, in words; the sign and the tone only repeat them. */
export const HEALTH: Record<AgentStatus, Look> = {
  active: { word: "Active", icon: Activity, tone: "good", means: "Sends heartbeats and works on tasks" },
  idle: { word: "Idle", icon: Coffee, tone: "accent", means: "Sends heartbeats and has nothing to do" },
  stale: {
    word: "Stale",
    icon: HeartCrack,
    tone: "bad",
    means: "No heartbeat for more than 30 s; its locks expire",
  },
  draining: {
    word: "Draining",
    icon: CircleFadingArrowUp,
    tone: "warn",
    means: "Ends what it has and takes nothing new",
  },
  paused: {
    word: "Paused",
    icon: CirclePause,
    tone: "warn",
    means: "May not propose anything until it is resumed",
  },
  unknown: { word: "Never seen", icon: Radar, tone: "neutral", means: "Has not sent a heartbeat yet" },
};

/** In the order of HEALTH. Not from the schema file: its zod would come along, 35 kB that this page has no use for. */
export const STATUSES = Object.keys(HEALTH) as AgentStatus[];

export function Health({ status }: { status: AgentStatus }) {
  const { word, icon: Icon, tone, means } = HEALTH[status];
  return (
    <span title={means} className="inline-flex">
      <Badge tone={tone} icon={<Icon size={12} aria-hidden />}>
        {word}
      </Badge>
    </span>
  );
}

/** The ticking age of the last heartbeat. */
export function Heartbeat({ at }: { at: string | null }) {
  if (!at) return <span className="whitespace-nowrap text-ink-3">no heartbeat yet</span>;
  return (
    <span className="whitespace-nowrap">
      <span className="text-ink-3">heartbeat </span>
      <Ago at={at} />
    </span>
  );
}
