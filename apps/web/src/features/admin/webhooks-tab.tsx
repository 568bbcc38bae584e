import type { WebhookEntry } from "@ade/core/notifications/schema";
import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { Plus, Webhook } from "lucide-react";
import { useState } from "react";
import { ConfirmDialog } from "#components/confirm-dialog.tsx";
import { Badge } from "#components/ui/badge.tsx";
import { Button } from "#components/ui/button.tsx";
import { Resolved } from "#components/ui/resolved.tsx";
import { PageState, SkeletonRows } from "#components/ui/states.tsx";
import { Ago } from "#components/ui/time.tsx";
import { toast, toastProblem } from "#components/ui/toast.ts";
import { api } from "#lib/api.ts";
import { useKeys } from "#lib/keys.ts";
import { onDemand } from "#lib/on-demand.tsx";
import { READ_AGAIN_MS } from "./queries.ts";
import { TabBar } from "./tab-bar.tsx";

const WebhookForm = onDemand(() => import("./webhook-form.tsx").then((file) => file.WebhookForm));
const DeliveryLog = onDemand(() => import("./delivery-log.tsx").then((file) => file.DeliveryLog));

const webhookQuery = () =>
  queryOptions({
    queryKey: ["webhooks"],
    queryFn: ({ signal }) => api.webhooks.list.query(undefined, { signal }),
    refetchInterval: READ_AGAIN_MS,
  });

const FORMATS: Record<string, string> = {
  standard: "Standard Webhooks",
  slack: "Slack",
  pagerduty: "PagerDuty",
  servicenow: "ServiceNow",
};

type Open = { what: "form"; webhook?: WebhookEntry } | { what: "log" | "remove"; webhook: WebhookEntry };

/** Where events go outside, and what came of each. */
export function WebhooksTab() {
  const client = useQueryClient();
  const webhooks = useQuery(webhookQuery());
  const [open, setOpen] = useState<Open | null>(null);
  useKeys({ create: () => setOpen({ what: "form" }) });
  const close = () => setOpen(null);
  const readAgain = () => void client.invalidateQueries({ queryKey: ["webhooks"] });

  const send = async (webhook: WebhookEntry) => {
    try {
      await api.webhooks.test.mutate({ id: webhook.id });
      toast({ text: `A test is on its way to ${webhook.name}`, detail: "Its log shows what comes of it." });
    } catch (error) {
      toastProblem("The test was not sent", error);
    }
    readAgain();
  };

  return (
    <>
      <TabBar note="Events, signed and tried again until they arrive.">
        <Button look="primary" onClick={() => setOpen({ what: "form" })}>
          <Plus size={14} aria-hidden /> New webhook
        </Button>
      </TabBar>
      <Resolved
        query={webhooks}
        what="The webhooks"
        loading={<SkeletonRows rows={3} className="card overflow-hidden" />}
      >
        {({ subscriptions }) =>
          subscriptions.length === 0 ? (
            <PageState icon={Webhook} title="No webhooks yet">
              One tells another program what happens here: a chat, an on-call tool, a ticket system or your
              own.
            </PageState>
          ) : (
            <ul aria-label="Webhooks" className="card divide-y divide-line overflow-hidden">
              {subscriptions.map((webhook) => (
                <li key={webhook.id} className="flex flex-wrap items-center gap-x-4 gap-y-1.5 px-3.5 py-2.5">
                  <span className="min-w-0 flex-1 basis-64">
                    <span className="flex flex-wrap items-center gap-2 font-medium">
                      {webhook.name}
                      {!webhook.active && <Badge>Off</Badge>}
                      {webhook.last?.status === "failed" && <Badge tone="bad">Last one failed</Badge>}
                    </span>
                    <span className="block truncate text-xs text-ink-3">
                      {FORMATS[webhook.format]} · {webhook.origin} · {webhook.events.join(", ")}
                    </span>
                  </span>
                  <span className="text-xs text-ink-3">
                    {webhook.last ? (
                      <>
                        last <Ago at={webhook.last.at} />
                      </>
                    ) : (
                      "nothing sent yet"
                    )}
                  </span>
                  <span className="flex gap-1">
                    <Button size="small" look="quiet" acts onClick={() => void send(webhook)}>
                      Test
                    </Button>
                    <Button size="small" look="quiet" onClick={() => setOpen({ what: "log", webhook })}>
                      Log
                    </Button>
                    <Button size="small" look="quiet" onClick={() => setOpen({ what: "form", webhook })}>
                      Edit
                    </Button>
                    <Button size="small" look="quiet" onClick={() => setOpen({ what: "remove", webhook })}>
                      Remove
                    </Button>
                  </span>
                </li>
              ))}
            </ul>
          )
        }
      </Resolved>
      {open?.what === "form" && <WebhookForm webhook={open.webhook ?? null} done={readAgain} close={close} />}
      {open?.what === "log" && <DeliveryLog webhook={open.webhook} close={close} />}
      {open?.what === "remove" && (
        <ConfirmDialog
          title={`Remove ${open.webhook.name}?`}
          action="Remove"
          danger
          run={() => api.webhooks.remove.mutate({ id: open.webhook.id })}
          done={readAgain}
          close={close}
        >
          Nothing more is sent there, and its log goes with it. The audit keeps that it was there.
        </ConfirmDialog>
      )}
    </>
  );
}
