import {
  Ban,
  CircleCheck,
  CircleCheckBig,
  CircleDashed,
  CircleDotDashed,
  CircleX,
  Eye,
  type LucideIcon,
  Play,
  TriangleAlert,
} from "lucide-react";
import { Badge, Sign, type Tone } from "#components/ui/badge.tsx";

type Look = { word: string; icon: LucideIcon; tone: Tone };

const LOOKS: Record<string, Look> = {
  DRAFT: { word: "Draft", icon: CircleDashed, tone: "neutral" },
  SUBMITTED: { word: "Submitted", icon: CircleDotDashed, tone: "neutral" },
  REVIEWING: { word: "In review", icon: Eye, tone: "accent" },
  APPROVED: { word: "Approved", icon: CircleCheck, tone: "good" },
  APPLYING: { word: "Applying", icon: Play, tone: "accent" },
  COMPLETED: { word: "Completed", icon: CircleCheckBig, tone: "good" },
  REJECTED: { word: "Rejected", icon: CircleX, tone: "bad" },
  CANCELLED: { word: "Cancelled", icon: Ban, tone: "neutral" },
};
const RESULTS: Record<string, Look> = {
  failure: { word: "Failed", icon: TriangleAlert, tone: "bad" },
  timeout: { word: "Timed out", icon: TriangleAlert, tone: "bad" },
  cancelled: { word: "Aborted", icon: Ban, tone: "warn" },
  unknown: { word: "Outcome unknown", icon: TriangleAlert, tone: "warn" },
};

type Props = { state: string; result?: string | undefined; plain?: boolean };

/** A task's state as word and sign; a completed one that did not succeed says so. */
export function TaskState({ state, result, plain }: Props) {
  const ended = state === "COMPLETED" && result ? RESULTS[result] : undefined;
  const {
    word,
    icon: Icon,
    tone,
  } = ended ?? LOOKS[state] ?? { word: state, icon: CircleDashed, tone: "neutral" as const };
  const icon = <Icon size={13} aria-hidden className="shrink-0" />;
  return plain ? (
    <Sign tone={tone} icon={icon}>
      {word}
    </Sign>
  ) : (
    <Badge tone={tone} icon={icon}>
      {word}
    </Badge>
  );
}
