import {
  Bot,
  ChartNoAxesColumn,
  FileText,
  Inbox,
  ListTodo,
  Lock,
  type LucideIcon,
  ScrollText,
  Settings2,
  UserRoundCheck,
} from "lucide-react";
import type { KeyId } from "#lib/keys.ts";

export type Place = { href: string; name: string; icon: LucideIcon; key?: KeyId; adminOnly?: true };

/** The pages of the navigation, in order; the palette offers the same. */
export const PLACES: readonly Place[] = [
  { href: "/approvals", name: "Inbox", icon: Inbox, key: "go_inbox" },
  { href: "/tasks", name: "Tasks", icon: ListTodo, key: "go_tasks" },
  { href: "/agents", name: "Agents", icon: Bot, key: "go_agents" },
  { href: "/locks", name: "Locks", icon: Lock, key: "go_locks", adminOnly: true },
  { href: "/policies", name: "Policies", icon: FileText },
  { href: "/delegations", name: "Delegations", icon: UserRoundCheck },
  { href: "/audit", name: "Audit", icon: ScrollText, key: "go_audit" },
  { href: "/insights", name: "Insights", icon: ChartNoAxesColumn },
  { href: "/admin", name: "Admin", icon: Settings2, adminOnly: true },
];

/** True where `path` is the place or lies under it. */
export function isAt(place: Place, path: string): boolean {
  return path === place.href || path.startsWith(`${place.href}/`);
}
