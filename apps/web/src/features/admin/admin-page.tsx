import {
  Bot,
  Boxes,
  Gauge,
  KeyRound,
  type LucideIcon,
  PhoneCall,
  ServerCog,
  ShieldX,
  SlidersHorizontal,
  SquareTerminal,
  User,
  Users,
  Vault,
  Webhook,
} from "lucide-react";
import type { ComponentType, ReactNode } from "react";
import { PageBar } from "#components/shell/page-bar.tsx";
import { PageState, SkeletonRows } from "#components/ui/states.tsx";
import { Tabs } from "#components/ui/tabs.tsx";
import { onDemand } from "#lib/on-demand.tsx";
import { useMe } from "#lib/session.ts";
import { useUrlState } from "#lib/url-state.ts";

type Tab = { id: string; name: string; icon: LucideIcon; Panel: ComponentType };

const TABS: readonly Tab[] = [
  {
    id: "users",
    name: "People",
    icon: User,
    Panel: onDemand(() => import("./users-tab.tsx").then((file) => file.UsersTab)),
  },
  {
    id: "groups",
    name: "Groups",
    icon: Users,
    Panel: onDemand(() => import("./groups-tab.tsx").then((file) => file.GroupsTab)),
  },
  {
    id: "keys",
    name: "API keys",
    icon: KeyRound,
    Panel: onDemand(() => import("./keys-tab.tsx").then((file) => file.KeysTab)),
  },
  {
    id: "resources",
    name: "Resources",
    icon: Boxes,
    Panel: onDemand(() => import("./resources-tab.tsx").then((file) => file.ResourcesTab)),
  },
  {
    id: "agents",
    name: "Agent catalogue",
    icon: Bot,
    Panel: onDemand(() => import("./agent-catalogue-tab.tsx").then((file) => file.AgentCatalogueTab)),
  },
  {
    id: "risk",
    name: "Risk",
    icon: Gauge,
    Panel: onDemand(() => import("./risk-tab.tsx").then((file) => file.RiskTab)),
  },
  {
    id: "commands",
    name: "Commands",
    icon: SquareTerminal,
    Panel: onDemand(() => import("./commands-tab.tsx").then((file) => file.CommandsTab)),
  },
  {
    id: "on-call",
    name: "On call",
    icon: PhoneCall,
    Panel: onDemand(() => import("./on-call-tab.tsx").then((file) => file.OnCallTab)),
  },
  {
    id: "webhooks",
    name: "Webhooks",
    icon: Webhook,
    Panel: onDemand(() => import("./webhooks-tab.tsx").then((file) => file.WebhooksTab)),
  },
  {
    id: "secrets",
    name: "Secrets",
    icon: Vault,
    Panel: onDemand(() => import("./secrets-tab.tsx").then((file) => file.SecretsTab)),
  },
  {
    id: "settings",
    name: "Settings",
    icon: SlidersHorizontal,
    Panel: onDemand(() => import("./settings-tab.tsx").then((file) => file.SettingsTab)),
  },
  {
    id: "system",
    name: "System",
    icon: ServerCog,
    Panel: onDemand(() => import("./system-tab.tsx").then((file) => file.SystemTab)),
  },
];

/** What admins look after: people, groups, keys, the catalogue of resources, the parts of the system. */
export function AdminPage() {
  const me = useMe();
  const url = useUrlState();
  const current = TABS.find(({ id }) => id === url.text("tab")) ?? TABS[0];
  if (!me || !current || !url.isReady)
    return (
      <PageOf>
        <SkeletonRows />
      </PageOf>
    );
  if (!me.roles.includes("admin")) {
    return (
      <PageOf>
        <PageState icon={ShieldX} title="For admins" role="alert">
          People, groups, keys and the catalogue are looked after here. Your own keys are on your account
          page.
        </PageState>
      </PageOf>
    );
  }
  return (
    <PageOf tabNote={current.name}>
      <Tabs
        label="Parts of the administration"
        tabs={TABS}
        value={current.id}
        onChange={(tab) =>
          url.set(
            { tab: tab === "users" ? null : tab, q: null, role: null, group: null, type: null, who: null },
            "push",
          )
        }
      >
        <div className="@container mx-auto max-w-6xl p-4 max-sm:p-3">
          <current.Panel />
        </div>
      </Tabs>
    </PageOf>
  );
}

function PageOf({ tabNote, children }: { tabNote?: string; children: ReactNode }) {
  return (
    <>
      <PageBar title={tabNote ? `Admin: ${tabNote}` : "Admin"} />
      {children}
    </>
  );
}
