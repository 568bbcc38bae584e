import { FileQuestion } from "lucide-react";
import { Link } from "#components/link.tsx";
import { PageBar } from "#components/shell/page-bar.tsx";
import { buttonClass } from "#components/ui/button.tsx";
import { PageState } from "#components/ui/states.tsx";

export default function NotFound() {
  return (
    <>
      <PageBar title="No such page" />
      <PageState
        icon={FileQuestion}
        title="There is no page at this address"
        action={
          <Link href="/approvals" className={buttonClass()}>
            To the inbox
          </Link>
        }
      >
        The link may be old, or a character is missing.
      </PageState>
    </>
  );
}
