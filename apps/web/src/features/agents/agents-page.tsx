import { PageBar } from "#components/shell/page-bar.tsx";

export function AgentsPage() {
  return <PageBar title="Agents" />;
}
