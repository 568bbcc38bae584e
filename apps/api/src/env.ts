import { httpAllowSetting } from "@ade/core/egress/schema";
import { sqlConnectionsSetting } from "@ade/core/executors/adapters/sql/sql-connections";
import { z } from "zod";

const expected = (what: string) => ({ error: `expects ${what}` });

const flag = z
  .enum(["0", "1"], expected("1 for yes or 0 for no"))
  .default("0")
  .transform((value) => value === "1");

const whole = (what: string, min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,12}$/, expected(what))
    .transform(Number)
    .refine((value) => value >= min && value <= max, expected(what));

/** Which proxies may say who the caller is: nobody, the nearest so many, or those of these addresses. */
const trustProxy = z
  .string()
  .regex(
    /^(0|[1-9]\d?|[0-9a-fA-F.:/, ]+)$/,
    expected("0, how many proxies stand in front, or their addresses with commas between"),
  )
  .transform((value): false | number | string[] =>
    /^\d{1,2}$/.test(value) ? Number(value) || false : value.split(/[ ,]+/).filter(Boolean),
  );

const origin = (what: string) =>
  z.url({ protocol: /^https?$/, ...expected(what) }).transform((value) => value.replace(/\/+$/, ""));

const settings = z.object({
  PORT: whole("a port, 0 to 65535", 0, 65_535).default(3000),
  HOST: z.string().min(1, expected("an address to listen on, such as 127.0.0.1")).default("127.0.0.1"),
  ADE_PUBLIC_URL: origin("the address that people open, such as https://ade.example.org").optional(),
  ADE_TRUST_PROXY: trustProxy.prefault("0"),
  ADE_WEB_URL: origin("where the dashboard listens, such as http://127.0.0.1:3001").optional(),
  ADE_DATA_DIR: z.string().min(1, expected("a folder")).default(".ade"),
  DATABASE_URL: z.url({
    protocol: /^postgres(ql)?$/,
    ...expected("postgresql://user:password@host:5432/database"),
  }),
  REDIS_URL: z.url({ protocol: /^redis(s|\+cluster)?$/, ...expected("redis://host:6379") }),
  ADE_SECRET: z.string(expected("32 characters or more")).min(32, expected("32 characters or more")),
  ADE_ADMIN_EMAIL: z.email(expected("an email address")).optional(),
  ADE_ADMIN_PASSWORD: z.string().min(10, expected("10 characters or more")).optional(),
  ADE_FILE_ROOTS: z.string().default(""),
  ADE_SQL_CONNECTIONS: sqlConnectionsSetting,
  ADE_COMMANDS: z.string().optional(),
  ADE_TEST_EXECUTORS: flag,
  ADE_TEST_SINK: z.string().optional(),
  ADE_SMTP_URL: z
    .url({ protocol: /^smtps?$/, ...expected("smtp://user:password@host:587, or smtps://…") })
    .optional(),
  ADE_MAIL_FROM: z.string().min(3, expected("whom mail comes from, such as ade@example.org")).optional(),
  ADE_HTTP_ALLOW: httpAllowSetting,
  /** Requests a second for each principal and address; benches raise it. */
  ADE_RATE_LIMIT: whole("how many requests a second, 1 or more", 1, 1_000_000_000).default(1000),
  ADE_BODY_LIMIT_BYTES: whole("bytes, 1024 or more", 1024, 100_000_000).default(1_048_576),
  ADE_POOL_SIZE: whole("how many connections, 2 to 200", 2, 200).default(20),
  LOG_LEVEL: z
    .enum(
      ["trace", "debug", "info", "warn", "error", "fatal", "silent"],
      expected("trace, debug, info, warn, error, fatal or silent"),
    )
    .default("info"),
});

export type Environment = z.infer<typeof settings> & { ADE_PUBLIC_URL: string };

/**
 * The settings of the API process: all that it takes from the environment. Throws one sentence that names each wrong
 * one and what it expects; never its value, which may be a secret.
 */
export function readEnvironment(variables: Record<string, string | undefined>): Environment {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ""));
  const parsed = settings.safeParse(given);
  if (!parsed.success) {
    const wrong = parsed.error.issues.map((issue) => {
      const name = issue.path.join(".");
      const isMissing = given[name] === undefined;
      return `${name} ${isMissing ? `is missing; it ${issue.message}` : issue.message}`;
    });
    throw new Error(`These settings are wrong: ${[...new Set(wrong)].join("; ")}.`);
  }
  const { data } = parsed;
  return { ...data, ADE_PUBLIC_URL: data.ADE_PUBLIC_URL ?? `http://localhost:${data.PORT}` };
}
