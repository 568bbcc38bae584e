import {
  Ban,
  CircleCheck,
  CircleDashed,
  CircleX,
  Forward,
  History,
  type LucideIcon,
  MessageSquareWarning,
} from "lucide-react";
import { Sign, type Tone } from "#components/ui/badge.tsx";

const LOOKS: Readonly<Record<string, { word: string; tone: Tone; icon: LucideIcon }>> = {
  PENDING: { word: "Waiting", tone: "neutral", icon: CircleDashed },
  APPROVED: { word: "Approved", tone: "good", icon: CircleCheck },
  REJECTED: { word: "Rejected", tone: "bad", icon: CircleX },
  CHANGES_REQUESTED: { word: "Asked for changes", tone: "warn", icon: MessageSquareWarning },
  DELEGATED: { word: "Passed on", tone: "neutral", icon: Forward },
  SUPERSEDED: { word: "Superseded", tone: "neutral", icon: History },
  CLOSED: { word: "Not needed any more", tone: "neutral", icon: Ban },
};

/** A reviewer's answer as sign and word. */
export function AnswerSign({ status }: { status: string }) {
  const { word, tone, icon: Icon } = LOOKS[status] ?? { word: status, tone: "neutral", icon: CircleDashed };
  return (
    <Sign tone={tone} icon={<Icon size={13} aria-hidden />}>
      {word}
    </Sign>
  );
}
