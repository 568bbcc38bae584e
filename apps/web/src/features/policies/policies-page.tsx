import { PageBar } from "#components/shell/page-bar.tsx";

export function PoliciesPage() {
  return <PageBar title="Policies" />;
}
