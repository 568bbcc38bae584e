import type { ShiftEntry } from "@ade/core/oncall/schema";
import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import clsx from "clsx";
import { PhoneCall, Plus, X } from "lucide-react";
import { useState } from "react";
import { Badge } from "#components/ui/badge.tsx";
import { Button, IconButton } from "#components/ui/button.tsx";
import { Resolved } from "#components/ui/resolved.tsx";
import { PageState, SkeletonRows } from "#components/ui/states.tsx";
import { Left } from "#components/ui/time.tsx";
import { toast, toastProblem } from "#components/ui/toast.ts";
import { api } from "#lib/api.ts";
import { useKeys } from "#lib/keys.ts";
import { onDemand } from "#lib/on-demand.tsx";
import { READ_AGAIN_MS } from "./queries.ts";
import { TabBar } from "./tab-bar.tsx";

const ShiftForm = onDemand(() => import("./shift-form.tsx").then((file) => file.ShiftForm));

const shiftQuery = () =>
  queryOptions({
    queryKey: ["on_call"],
    queryFn: ({ signal }) => api.on_call.list.query({}, { signal }),
    refetchInterval: READ_AGAIN_MS,
  });

const dayForm = new Intl.DateTimeFormat(undefined, { weekday: "long", month: "long", day: "numeric" });
const timeForm = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hour12: false });
const shortForm = new Intl.DateTimeFormat(undefined, { weekday: "short", month: "short", day: "numeric" });

/** Who is on call, day by day: the last to be asked where a review is overdue. */
export function OnCallTab() {
  const client = useQueryClient();
  const shifts = useQuery(shiftQuery());
  const [adding, setAdding] = useState(false);
  useKeys({ create: () => setAdding(true) });
  const readAgain = () => void client.invalidateQueries({ queryKey: ["on_call"] });

  const remove = async (shift: ShiftEntry) => {
    try {
      await api.on_call.remove.mutate({ id: shift.id });
      toast({ text: `${shift.user_name}’s shift was taken away` });
    } catch (error) {
      toastProblem("The shift was not taken away", error);
    }
    readAgain();
  };

  return (
    <>
      <TabBar note="Told of every overdue review, and asked when nobody else is left.">
        <Button look="primary" onClick={() => setAdding(true)}>
          <Plus size={14} aria-hidden /> New shift
        </Button>
      </TabBar>
      <Resolved
        query={shifts}
        what="The schedule"
        loading={<SkeletonRows rows={4} className="card overflow-hidden" />}
      >
        {({ shifts: all }) =>
          all.length === 0 ? (
            <PageState icon={PhoneCall} title="Nobody is on call">
              A review that nobody answers in time then ends with the policy’s escalation group.
            </PageState>
          ) : (
            <ol className="flex flex-col gap-4">
              {byDay(all).map(([day, onDay]) => (
                <li key={day}>
                  <h2 className="mb-1.5 text-sm font-semibold">{day}</h2>
                  <ul aria-label={day} className="card divide-y divide-line overflow-hidden">
                    {onDay.map((shift) => (
                      <li
                        key={shift.id}
                        className={clsx(
                          "flex min-h-11 flex-wrap items-center gap-x-3 gap-y-0.5 px-3.5 py-1.5",
                          shift.now && "bg-accent-soft",
                        )}
                      >
                        <span className="num w-52 text-ink-2 max-sm:w-full">{spanText(shift)}</span>
                        <span className="min-w-0 flex-1 truncate font-medium">
                          {shift.user_name}
                          {shift.note && <span className="font-normal text-ink-3"> · {shift.note}</span>}
                        </span>
                        {shift.now && (
                          <>
                            <Badge tone="accent">On call now</Badge>
                            <Left until={shift.ends_at} className="text-xs text-ink-2" />
                          </>
                        )}
                        <IconButton
                          size="small"
                          acts
                          label={`Take away ${shift.user_name}’s shift`}
                          onClick={() => void remove(shift)}
                        >
                          <X size={13} aria-hidden />
                        </IconButton>
                      </li>
                    ))}
                  </ul>
                </li>
              ))}
            </ol>
          )
        }
      </Resolved>
      {adding && <ShiftForm done={readAgain} close={() => setAdding(false)} />}
    </>
  );
}

/** Under the day on which each begins; what runs already stands first. */
function byDay(shifts: readonly ShiftEntry[]): [string, ShiftEntry[]][] {
  const days = new Map<string, ShiftEntry[]>();
  for (const shift of shifts) {
    const day = shift.now ? "Now" : dayForm.format(new Date(shift.starts_at));
    days.set(day, [...(days.get(day) ?? []), shift]);
  }
  return [...days].sort(([a], [b]) => Number(b === "Now") - Number(a === "Now"));
}

function spanText({ starts_at, ends_at }: ShiftEntry): string {
  const [from, to] = [new Date(starts_at), new Date(ends_at)];
  const isOneDay = from.toDateString() === to.toDateString();
  const day = (date: Date) => `${shortForm.format(date)} ${timeForm.format(date)}`;
  return isOneDay ? `${timeForm.format(from)} – ${timeForm.format(to)}` : `${day(from)} – ${day(to)}`;
}
