import { randomUUID } from "node:crypto";
import { RISK_FACTORS, type RiskAssessment } from "@ade/core/risk/schema";
import { DEFAULT_RISK_SETTINGS, levelOf } from "@ade/core/risk/service";

type Person = { kind: string; id: string; name: string; owner_id: string | null };
export type PastPeople = Record<"mia" | "bot" | "ravi" | "sam", Person>;
type Action = "approve" | "reject" | "request_changes";
type Answer = { id: string; by: "ravi" | "sam"; action: Action; at: Date; reason: string | null };
type Resource = { type: string; id: string; criticality: number; reach: number };

/** A change as it went, from its draft to its end. */
export type PastChange = {
  author: Person;
  resource: Resource;
  title: string;
  diff: string;
  risk: RiskAssessment;
  demands: readonly { policy: string; group: string; by: "ravi" | "sam" }[];
  answers: Answer[];
  created_at: Date;
  submitted_at: Date;
  blocked_at: Date | null;
  started_at: Date | null;
  completed_at: Date | null;
  result: "success" | "failure" | "timeout" | "unknown" | null;
  error: string | null;
  rolled_back: boolean | null;
};

const WEEKS = 10;
const A_WEEK = 34;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const RESOURCES: readonly Resource[] = [
  { type: "database", id: "billing", criticality: 95, reach: 68 },
  { type: "database", id: "catalogue", criticality: 85, reach: 62 },
  { type: "network", id: "gateway", criticality: 90, reach: 28 },
  { type: "service", id: "payments", criticality: 90, reach: 45 },
  { type: "service", id: "checkout", criticality: 85, reach: 28 },
  { type: "service", id: "search", criticality: 70, reach: 28 },
  { type: "configuration", id: "flags", criticality: 55, reach: 0 },
];
const TITLES = [
  "Raise the connection limit of",
  "Roll out a new version of",
  "Shorten the timeouts of",
  "Rotate the certificates of",
  "Log slow requests in",
  "Move the backups of",
  "Tidy the settings of",
];

/** The same history for the same seed, whatever the day: mulberry32. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Ten weeks of changes up to `now`, oldest first: riskier ones fail more often, and a few habits show. */
export function pastChanges(people: PastPeople, now: Date): PastChange[] {
  const random = seeded(20_261_121);
  const monday = now.getTime() - WEEKS * 7 * DAY_MS;
  return Array.from({ length: WEEKS * A_WEEK }, (_, n) => {
    const week = Math.floor(n / A_WEEK);
    const day = Math.floor(((n % A_WEEK) / A_WEEK) * 7);
    const at = new Date(monday + (week * 7 + day) * DAY_MS - (7 + 9 * random()) * HOUR_MS);
    return changeAt(at, n, people, random);
  }).sort((a, b) => a.created_at.getTime() - b.created_at.getTime());
}

function changeAt(created: Date, n: number, people: PastPeople, random: () => number): PastChange {
  const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)]!;
  const later = (from: Date, hours: number) => new Date(from.getTime() + hours * HOUR_MS);
  const resource = pick(RESOURCES);
  const author = random() < 0.45 ? people.bot : people.mia;
  const lines = Math.ceil(2 + 60 * random() ** 2);
  const magnitude = Math.round(20 + 70 * random() ** 1.5);
  const past = Math.round(8 + 20 * random());
  const risk = riskOf([resource.criticality, magnitude, resource.reach, past]);
  const isGuarded = resource.type === "database" || resource.type === "network";
  const demands = [
    { policy: "Production needs SRE", group: "sre", by: "ravi" as const },
    ...(isGuarded
      ? [{ policy: "Databases and network need security", group: "security", by: "sam" as const }]
      : []),
  ];
  const submitted_at = later(created, 0.05 + 0.3 * random());
  const answers: Answer[] = [];
  for (const { by } of demands) {
    // Sam takes longer and says no more often; Ravi works what has gathered off in one go, now and then too fast.
    const hours =
      by === "sam" ? 3 + 26 * random() : n % 7 === 0 ? 11 + 0.01 * (n % 3) : 0.3 + 9 * random() ** 2;
    const doubt = random() < (by === "sam" ? 0.14 : 0.015) + (magnitude > 75 ? 0.1 : 0);
    const action: Action = doubt ? (random() < 0.5 ? "reject" : "request_changes") : "approve";
    const reason = doubt
      ? pick(["Please test it in staging first.", "Not before the release.", "Too wide."])
      : null;
    answers.push({ id: randomUUID(), by, action, at: later(submitted_at, hours), reason });
    if (doubt) break;
  }
  answers.sort((a, b) => a.at.getTime() - b.at.getTime());
  const refused = answers.findIndex(({ action }) => action !== "approve");
  if (refused >= 0) answers.splice(refused + 1);
  const isApplied = refused < 0;
  const approved = answers.at(-1)!.at;
  const isBlocked = isApplied && random() < 0.12;
  const started_at = isApplied ? later(approved, isBlocked ? 0.02 + 0.3 * random() : 0.002) : null;
  const failed = isApplied && random() < 1 / (1 + Math.exp(5.2 - 0.06 * risk.score));
  const result = !isApplied
    ? null
    : !failed
      ? "success"
      : pick(["failure", "failure", "failure", "timeout"] as const);
  const rolled_back = failed ? random() < 0.85 : null;
  return {
    ...{ author, resource, risk, demands, answers, submitted_at, started_at, result, rolled_back },
    title: `${pick(TITLES)} ${resource.id}`,
    diff: diffOf(lines),
    created_at: created,
    blocked_at: isBlocked ? later(approved, 0.001) : null,
    completed_at: started_at && later(started_at, 0.002 + 0.03 * random()),
    error: failed
      ? `The health check failed. ${rolled_back ? "Everything was rolled back." : "It could not be rolled back."}`
      : null,
  };
}

function riskOf(values: readonly number[]): RiskAssessment {
  const { weights, bands } = DEFAULT_RISK_SETTINGS;
  const factors = RISK_FACTORS.map((name, index) => {
    const value = values[index] ?? 0;
    const weight = weights[name];
    return { name, weight, value, contribution: weight * value, explanation: "as it was assessed then" };
  });
  const score = Math.round(factors.reduce((sum, { contribution }) => sum + contribution, 0));
  return { score, level: levelOf(score, bands), factors, auto_approvable: false };
}

function diffOf(lines: number): string {
  const half = Math.ceil(lines / 2);
  const removed = Array.from({ length: lines - half }, (_, line) => `-setting_${line}: old`);
  const added = Array.from({ length: half }, (_, line) => `+setting_${line}: new`);
  return [`@@ -1,${lines - half} +1,${half} @@`, ...removed, ...added].join("\n");
}

/** The configuration that its revision keeps. */
export function changeOf(change: PastChange) {
  const { resource, title } = change;
  return {
    ...{ type: "configuration.file", version: "1.0.0", description: title },
    resources: [
      {
        type: resource.type,
        id: resource.id,
        namespace: "demo-prod",
        scope: "namespace",
        actions: ["write"],
      },
    ],
    parameters: { root: "demo", path: `history/${resource.id}.yaml`, content: "" },
    ...{ secrets: [], rollback_strategy: "automatic", timeout_seconds: 300, priority: 50 },
  };
}
