import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { ShieldX, X } from "lucide-react";
import { useRouter } from "next/router";
import { useEffect, useState } from "react";
import { Link } from "#components/link.tsx";
import { PageBar } from "#components/shell/page-bar.tsx";
import { buttonClass } from "#components/ui/button.tsx";
import { Resolved } from "#components/ui/resolved.tsx";
import { PageState, SkeletonRows } from "#components/ui/states.tsx";
import { toastProblem } from "#components/ui/toast.ts";
import { api } from "#lib/api.ts";
import { useHydrated } from "#lib/hydrated.ts";
import { useMe } from "#lib/session.ts";
import { useUrlState } from "#lib/url-state.ts";
import type { NewAgent } from "../agent-types.ts";
import { STEP_NUMBERS, type Step } from "../form/step-rules.ts";
import { MadeAgent } from "./made-agent.tsx";
import { WizardForm } from "./wizard-form.tsx";
import { WizardStart } from "./wizard-start.tsx";

/** Read once when it is opened: from then on the form is ahead of the server. */
const draftById = (id: string) =>
  queryOptions({
    queryKey: ["agent_draft", id],
    queryFn: ({ signal }) => api.agents.draft.get.query({ id }, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchInterval: false,
  });

/** A new agent in five steps; the draft and the step stand in the address. */
export function WizardPage() {
  const router = useRouter();
  const client = useQueryClient();
  const me = useMe();
  // The pickers' hidden inputs carry style attributes, which the policy of the page refuses in what the server renders.
  const isHydrated = useHydrated();
  const url = useUrlState();
  const draftId = url.text("draft");
  const copyOf = url.text("copy");
  /** The draft that the open form made itself: not to be read again. */
  const [own, setOwn] = useState("");
  const [round, setRound] = useState(0);
  const [made, setMade] = useState<NewAgent | null>(null);
  const isRead = draftId !== "" && draftId !== own;
  const draft = useQuery({ ...draftById(draftId), enabled: isRead && url.isReady });
  const step =
    STEP_NUMBERS.find((each) => String(each) === url.text("step")) ?? (draft.data?.step as Step) ?? 1;

  useEffect(() => {
    if (!copyOf) return;
    api.agents.draft.create
      .mutate({ from: { agent_id: copyOf } })
      .then(({ id }) => url.set({ copy: null, draft: id, step: "1" }))
      .catch((error: unknown) => {
        toastProblem("The agent was not copied", error);
        url.set({ copy: null });
      });
  }, [copyOf, url.set]);

  const form = (opened: typeof draft.data | null) => (
    <WizardForm
      key={opened?.id ?? `new ${round}`}
      opened={opened ?? null}
      step={step}
      go={(next) => url.set({ step: String(next) }, "push")}
      hrefOf={(next) => `/agents/new?draft=${draftId}&step=${next}`}
      onDraft={(id) => {
        setOwn(id);
        url.set({ draft: id, step: String(step) });
      }}
      onMade={(agent) => {
        setMade(agent);
        url.set({ draft: null, step: null });
      }}
      start={draftId === "" && <WizardStart open={(id, at) => url.set({ draft: id, step: String(at) })} />}
    />
  );

  return (
    <>
      <PageBar title="New agent">
        {!made && (
          <Link href="/agents" className={buttonClass("quiet")}>
            <X size={15} aria-hidden /> Close
          </Link>
        )}
      </PageBar>
      {made ? (
        <div className="min-h-0 flex-1 overflow-y-auto">
          <MadeAgent
            made={made}
            again={() => {
              setMade(null);
              setOwn("");
              setRound(round + 1);
              void client.invalidateQueries({ queryKey: ["agent_drafts"] });
              void router.replace("/agents/new");
            }}
          />
        </div>
      ) : me && !me.roles.includes("admin") ? (
        <PageState icon={ShieldX} title="Not for your role" role="alert">
          Only admins make agents. Whoever owns one may then change, pause and drain it.
        </PageState>
      ) : copyOf || !url.isReady || !isHydrated ? (
        <SkeletonRows />
      ) : isRead ? (
        <Resolved query={draft} what="The draft">
          {form}
        </Resolved>
      ) : (
        form(null)
      )}
    </>
  );
}
