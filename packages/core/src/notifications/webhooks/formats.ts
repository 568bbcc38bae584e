import type { WebhookFormat } from "../schema.ts";

/** A message before it has the form of its receiver. */
export type WebhookMessage = {
  readonly id: string;
  readonly event: string;
  readonly timestamp: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly about: {
    readonly title: string;
    readonly author_name: string;
    readonly risk_level: string | null;
    readonly risk_score: number | null;
  } | null;
  /** Where the dashboard shows it, whole. */
  readonly link: string;
};

export type Formatted = { readonly body: string; readonly headers: Readonly<Record<string, string>> };

const SEVERITIES: Record<string, string> = {
  CRITICAL: "critical",
  HIGH: "error",
  MEDIUM: "warning",
  LOW: "info",
};
const URGENCIES: Record<string, string> = { CRITICAL: "1", HIGH: "1", MEDIUM: "2", LOW: "3" };

/** One sentence about an event, for places that show nothing else. */
export function sentenceOf({ event, payload, about }: WebhookMessage): string {
  const title = about?.title ?? "a task";
  const risk = about?.risk_level ? ` (${about.risk_level} risk)` : "";
  switch (event) {
    case "task:created":
      return `${about?.author_name ?? "Somebody"} drafted: ${title}`;
    case "task:state_changed":
      return `${title} is now ${String(payload.new_state)}`;
    case "task:completed":
      return `${title} ended: ${String(payload.result)}`;
    case "approval:requested":
      return `Review asked: ${title}${risk}`;
    case "approval:responded":
      return `${title}: a reviewer chose to ${String(payload.action).replace("_", " ")}`;
    case "approval:escalated":
      return `Overdue review escalated: ${title}${risk}`;
    case "lock:deadlock_detected":
      return `Deadlock found and ended. ${String(payload.explanation ?? "")}`.trim();
    default:
      return "Community ADE says hello: this webhook works.";
  }
}

/** The body and headers that a receiver understands. `credential` is the routing key or user:password. Pure. */
export function format(kind: WebhookFormat, message: WebhookMessage, credential: string | null): Formatted {
  const text = sentenceOf(message);
  const json = (value: unknown, headers: Record<string, string> = {}): Formatted => ({
    body: JSON.stringify(value),
    headers: { "content-type": "application/json", ...headers },
  });
  const { event: type, timestamp, payload: data, about, link } = message;
  switch (kind) {
    case "standard":
      return json({ type, timestamp, data });
    case "slack":
      return json({
        text,
        blocks: [
          { type: "section", text: { type: "mrkdwn", text: `*${slackText(text)}*` } },
          { type: "context", elements: [{ type: "mrkdwn", text: `<${link}|Open in Community ADE>` }] },
        ],
      });
    case "pagerduty":
      return json({
        routing_key: credential,
        event_action: "trigger",
        dedup_key: String(data.task_id ?? message.id),
        payload: {
          summary: text.slice(0, 1024),
          source: "community-ade",
          severity: SEVERITIES[about?.risk_level ?? ""] ?? "info",
          timestamp,
          component: type,
          custom_details: data,
        },
        links: [{ href: link, text: "Open in Community ADE" }],
      });
    case "servicenow":
      return json(
        {
          short_description: text.slice(0, 160),
          description: `${text}\n\n${link}`,
          urgency: URGENCIES[about?.risk_level ?? ""] ?? "3",
          correlation_id: String(data.task_id ?? message.id),
          correlation_display: "Community ADE",
        },
        {
          authorization: `Basic ${Buffer.from(credential ?? "").toString("base64")}`,
          accept: "application/json",
        },
      );
  }
}

/** Slack reads these three as its own signs. */
function slackText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("*", "∗");
}
