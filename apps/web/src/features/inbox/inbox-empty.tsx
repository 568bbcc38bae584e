import type { InboxFilter, InboxSection } from "@ade/core/views/schema";
import { AlarmClock, CircleCheckBig, SearchX, Undo2, Users } from "lucide-react";
import { Link } from "#components/link.tsx";
import { buttonClass } from "#components/ui/button.tsx";
import { PageState } from "#components/ui/states.tsx";

/** Nothing here: what that means, and what comes next. */
export function InboxEmpty({ section, filter }: { section: InboxSection; filter: InboxFilter }) {
  const { search, ...conditions } = filter;
  if (search || Object.keys(conditions).length > 0) {
    return (
      <PageState icon={SearchX} title={search ? `Nothing matches “${search}”` : "Nothing fits these filters"}>
        {search
          ? "The search looks at titles, targets, types and authors of this section, within its filters."
          : "Take one away above, or look in another section."}
      </PageState>
    );
  }
  if (section === "needs_you") {
    return (
      <PageState
        icon={CircleCheckBig}
        title="Nothing waits for you"
        action={
          <Link href="/tasks/new" className={buttonClass()}>
            Propose a change
          </Link>
        }
      >
        New approvals appear here by themselves, with the reason you were asked.
      </PageState>
    );
  }
  if (section === "returned") {
    return (
      <PageState icon={Undo2} title="Nothing was returned">
        Tasks of yours that reviewers sent back with a reason are listed here.
      </PageState>
    );
  }
  if (section === "needs_others") {
    return (
      <PageState icon={Users} title="Nobody else is asked right now">
        Here you follow what is in review and waits for others.
      </PageState>
    );
  }
  if (section === "snoozed") {
    return (
      <PageState icon={AlarmClock} title="Nothing is put aside">
        What you snooze waits here and comes back to your queue by itself.
      </PageState>
    );
  }
  return (
    <PageState icon={CircleCheckBig} title="No decisions yet">
      What you decided stays here, with its outcome.
    </PageState>
  );
}
