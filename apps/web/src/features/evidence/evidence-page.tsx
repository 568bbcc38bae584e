import { useQuery } from "@tanstack/react-query";
import { ArrowLeft, Printer } from "lucide-react";
import { useRouter } from "next/router";
import { Link } from "#components/link.tsx";
import { PageBar } from "#components/shell/page-bar.tsx";
import { Button, buttonClass } from "#components/ui/button.tsx";
import { Resolved } from "#components/ui/resolved.tsx";
import { useKeys } from "#lib/keys.ts";
import { queries } from "#lib/queries.ts";
import { EvidenceSheet } from "./evidence-sheet.tsx";

/** One task as it is kept on paper: what, who, why, who agreed to which content, what came of it, and the proof. */
export function EvidencePage() {
  const router = useRouter();
  const id = typeof router.query.id === "string" ? router.query.id : "";
  const query = useQuery({ ...queries.taskView(id), enabled: id !== "" });
  useKeys({ close: () => void router.push(`/tasks/${id}`) });
  return (
    <>
      <PageBar title="Evidence">
        <Link href={`/tasks/${id}`} className={buttonClass("quiet")}>
          <ArrowLeft size={15} aria-hidden /> The task
        </Link>
        <Button look="primary" onClick={() => print()} disabled={!query.data}>
          <Printer size={15} aria-hidden /> Print
        </Button>
      </PageBar>
      <div className="print-flow min-h-0 flex-1 overflow-y-auto bg-sunken print:bg-transparent">
        <Resolved query={query} what="This task" loading={<SheetSkeleton />}>
          {(view) => <EvidenceSheet view={view} />}
        </Resolved>
      </div>
    </>
  );
}

function SheetSkeleton() {
  return (
    <div
      role="status"
      aria-label="Loading"
      className="mx-auto my-6 flex max-w-4xl flex-col gap-6 rounded-lg border border-line bg-surface p-8"
    >
      <div className="skeleton h-8 w-2/3" />
      <div className="skeleton h-40" />
      <div className="skeleton h-60" />
    </div>
  );
}
