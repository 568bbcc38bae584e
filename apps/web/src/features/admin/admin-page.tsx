import { PageBar } from "#components/shell/page-bar.tsx";

export function AdminPage() {
  return <PageBar title="Admin" />;
}
