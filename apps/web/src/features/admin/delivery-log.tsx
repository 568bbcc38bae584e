import type { DeliveryEntry, WebhookEntry } from "@ade/core/notifications/schema";
import { infiniteQueryOptions, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { CircleCheck, CircleDashed, CircleX, RotateCcw } from "lucide-react";
import { Sign, type Tone } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { Dialog } from "#components/ui/dialog.tsx";
import { Resolved } from "#components/ui/resolved.tsx";
import { SkeletonRows } from "#components/ui/states.tsx";
import { Ago, Left } from "#components/ui/time.tsx";
import { toastProblem } from "#components/ui/toast.ts";
import { api } from "#lib/api.ts";

const READ_AGAIN_MS = 3000;
const LOOKS: Record<DeliveryEntry["status"], { word: string; tone: Tone; icon: typeof CircleCheck }> = {
  delivered: { word: "Arrived", tone: "good", icon: CircleCheck },
  pending: { word: "On its way", tone: "neutral", icon: CircleDashed },
  failed: { word: "Given up", tone: "bad", icon: CircleX },
};

const logQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ["webhooks", "log", id],
    queryFn: ({ signal, pageParam }) =>
      api.webhooks.deliveries.query({ id, limit: 20, ...(pageParam && { cursor: pageParam }) }, { signal }),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: READ_AGAIN_MS,
  });

/** What was sent to one webhook and what came of it; what has ended can be sent again. */
export function DeliveryLog({ webhook, close }: { webhook: WebhookEntry; close: () => void }) {
  const client = useQueryClient();
  const log = useInfiniteQuery(logQuery(webhook.id));
  const replay = async (delivery: DeliveryEntry) => {
    try {
      await api.webhooks.replay.mutate({ id: webhook.id, delivery_id: delivery.id });
    } catch (error) {
      toastProblem("It was not sent again", error);
    }
    await client.invalidateQueries({ queryKey: ["webhooks"] });
  };
  return (
    <Dialog title={`Sent to ${webhook.name}`} description={webhook.origin} close={close} wide>
      <Resolved query={log} what="The log" loading={<SkeletonRows rows={4} />}>
        {({ pages }) => {
          const all = pages.flatMap(({ deliveries }) => deliveries);
          if (all.length === 0) return <p className="py-4 text-ink-3">Nothing was sent yet.</p>;
          return (
            <ul aria-label="Deliveries" className="divide-y divide-line">
              {all.map((delivery) => {
                const { word, tone, icon: Icon } = LOOKS[delivery.status];
                return (
                  <li key={delivery.id} className="flex flex-wrap items-center gap-x-3 gap-y-0.5 py-2">
                    <code className="min-w-0 flex-1 truncate text-xs">{delivery.event}</code>
                    <Sign tone={tone} icon={<Icon size={13} aria-hidden />}>
                      {word}
                    </Sign>
                    <Ago at={delivery.created_at} className="w-16 text-right text-xs text-ink-3" />
                    <Button
                      size="small"
                      look="quiet"
                      acts
                      disabled={delivery.status === "pending"}
                      aria-label={`Send ${delivery.event} again`}
                      onClick={() => void replay(delivery)}
                    >
                      <RotateCcw size={12} aria-hidden /> Again
                    </Button>
                    {(delivery.error || delivery.attempts > 1) && (
                      <p className="w-full text-xs text-ink-2">
                        {delivery.error ?? "It arrived."}{" "}
                        {delivery.attempts > 1 && `${delivery.attempts} attempts. `}
                        {delivery.next_attempt_at && delivery.error && (
                          <>
                            Next try: <Left until={delivery.next_attempt_at} />
                          </>
                        )}
                      </p>
                    )}
                  </li>
                );
              })}
            </ul>
          );
        }}
      </Resolved>
      {log.hasNextPage && (
        <Button busy={log.isFetchingNextPage} onClick={() => void log.fetchNextPage()} className="mt-2">
          Show older
        </Button>
      )}
    </Dialog>
  );
}
