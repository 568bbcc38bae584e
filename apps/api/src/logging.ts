import pino, { type DestinationStream, type Logger } from "pino";

/** Names whose values are never logged, at the top and one level down. */
const SECRETS = [
  "authorization",
  "cookie",
  "password",
  "newPassword",
  "currentPassword",
  "token",
  "secret",
  "key",
  "api_key",
];

/** Structured logs without secrets. `err` is written with its causes; addresses of requests without their query. */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options: pino.LoggerOptions = {
    level,
    base: { service: "api" },
    redact: {
      paths: [
        ...SECRETS,
        ...SECRETS.map((name) => `*.${name}`),
        ...SECRETS.map((name) => `*.headers.${name}`),
      ],
      censor: "[redacted]",
    },
    serializers: { err: pino.stdSerializers.errWithCause },
  };
  return destination ? pino(options, destination) : pino(options);
}
