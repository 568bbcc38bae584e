import type { NotificationKind } from "@ade/core/notifications/schema";
import {
  AlarmClock,
  ArrowUpFromLine,
  CircleAlert,
  CircleCheck,
  CircleX,
  GitPullRequestArrow,
  Inbox,
  type LucideIcon,
  MessageSquare,
  MessageSquareReply,
  PackageCheck,
  PackageX,
  RefreshCw,
  Repeat2,
  ShieldAlert,
  Undo2,
  Waypoints,
} from "lucide-react";

type Look = { icon: LucideIcon; tone: string; name: string; about: string };

/** How each kind looks in the list and is called in the settings. */
export const KIND_LOOKS: Readonly<Record<NotificationKind, Look>> = {
  asked: {
    icon: Inbox,
    tone: "text-accent",
    name: "A review is asked of me",
    about: "When a change needs my answer.",
  },
  reminded: { icon: AlarmClock, tone: "text-warn", name: "Reminders", about: "When my answer is due soon." },
  escalated: {
    icon: ArrowUpFromLine,
    tone: "text-bad",
    name: "Escalations",
    about: "When a review is overdue and comes to me, or goes on from me.",
  },
  delegated: {
    icon: Repeat2,
    tone: "text-accent",
    name: "Handed on to me",
    about: "When I am asked in somebody's place.",
  },
  changed_mind: {
    icon: RefreshCw,
    tone: "text-ink-2",
    name: "A change of mind",
    about: "When another reviewer of what I answered answers anew.",
  },
  override: {
    icon: ShieldAlert,
    tone: "text-bad",
    name: "Overrides",
    about: "When an admin goes past a review.",
  },
  answered: {
    icon: MessageSquareReply,
    tone: "text-ink-2",
    name: "Answers to my tasks",
    about: "Each approval and rejection, and what is taken back.",
  },
  approved: {
    icon: CircleCheck,
    tone: "text-good",
    name: "My task was approved",
    about: "When nothing is missing any more.",
  },
  rejected: { icon: CircleX, tone: "text-bad", name: "My task was rejected", about: "With the reason." },
  returned: {
    icon: Undo2,
    tone: "text-warn",
    name: "My task came back",
    about: "Changes were asked for, or it was cancelled.",
  },
  drifted: {
    icon: GitPullRequestArrow,
    tone: "text-warn",
    name: "My task needs review again",
    about: "What it would change is no longer what was approved.",
  },
  applied: { icon: PackageCheck, tone: "text-good", name: "My task was applied", about: "" },
  failed: { icon: PackageX, tone: "text-bad", name: "My task failed", about: "While it was applied." },
  commented: {
    icon: MessageSquare,
    tone: "text-ink-2",
    name: "Comments",
    about: "On what I wrote or am asked about.",
  },
  deadlock: {
    icon: Waypoints,
    tone: "text-warn",
    name: "Deadlocks",
    about: "When my task gave way; it is tried again.",
  },
  attention: {
    icon: CircleAlert,
    tone: "text-bad",
    name: "Needs somebody",
    about: "A review that nobody can answer, a task held back, a webhook that gave up.",
  },
};
