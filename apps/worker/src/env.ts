import { APPLY_STEPS } from "@ade/core/applying/service";
import { httpAllowSetting } from "@ade/core/egress/schema";
import { sqlConnectionsSetting } from "@ade/core/executors/adapters/sql/sql-connections";
import { readSecretEnvironment, type SecretEnvironment } from "@ade/core/secrets/environment";
import { z } from "zod";

const flag = z
  .enum(["0", "1"])
  .default("0")
  .transform((value) => value === "1");

/** Settings of a worker process, from the environment and nowhere else. */
const environment = z.object({
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  REDIS_URL: z.url({ protocol: /^redis(s|\+cluster)?$/ }),
  ADE_SECRET: z.string().min(32),
  ADE_DATA_DIR: z.string().default(".ade"),
  ADE_PUBLIC_URL: z.url().default("http://localhost:3000"),
  /** Where the front door is reached from here; absent, where people open it. */
  ADE_API_URL: z.url({ protocol: /^https?$/ }).optional(),
  ADE_FILE_ROOTS: z.string().default(""),
  ADE_SQL_CONNECTIONS: sqlConnectionsSetting,
  /** YAML file of command definitions. */
  ADE_COMMANDS: z.string().optional(),
  ADE_TEST_EXECUTORS: flag,
  ADE_TEST_SINK: z.string().optional(),
  /** Kills this process at a step of applying, for the fault tests. */
  ADE_TEST_KILL_AT: z.enum(APPLY_STEPS).optional(),
  /** Mail: smtp://user:password@host:587, or smtps://; absent: none is sent. */
  ADE_SMTP_URL: z.url({ protocol: /^smtps?$/ }).optional(),
  ADE_MAIL_FROM: z.string().min(3).optional(),
  /** `host:port`, comma separated: webhooks may go there although it is inside or speaks plain http. */
  ADE_HTTP_ALLOW: httpAllowSetting,
  ADE_WORKER_TASKS: z.coerce.number().int().min(1).max(1000).default(20),
  ADE_LOCK_TTL_SECONDS: z.coerce.number().int().min(5).max(300).default(30),
  ADE_LOCK_DELAY_SECONDS: z.coerce.number().int().min(0).max(300).default(15),
  /** A rollback is offered for so many days after the end; then its stash is forgotten. */
  ADE_STASH_DAYS: z.coerce.number().int().min(1).max(3650).default(30),
  /** What was printed is kept for so many days. */
  ADE_OUTPUT_DAYS: z.coerce.number().int().min(1).max(3650).default(365),
  /** Running tasks get so long to end after SIGTERM before they are given to another worker (apply.md). */
  ADE_DRAIN_SECONDS: z.coerce.number().min(0).max(600).default(25),
  LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]).default("info"),
});
export type Environment = z.infer<typeof environment> & { secrets: SecretEnvironment };

/** The settings, or an error whose message names each wrong one and what is expected. */
export function readEnvironment(env: NodeJS.ProcessEnv): Environment {
  const parsed = environment.safeParse(env);
  // What is wrong there is said by name, never with a value.
  if (parsed.success) return { ...parsed.data, secrets: readSecretEnvironment(env) };
  const wrong = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  throw new Error(`These settings are wrong: ${wrong.join("; ")}`);
}
