import { decideAction, type Matrix } from "@ade/core/identity/service";
import { errors } from "@ade/core/kernel/errors";
import { type AnyRouter, initTRPC, TRPCError } from "@trpc/server";
import type { ZodType } from "zod";
import type { Context } from "./context.ts";
import { envelopeOf, failureOf } from "./failure.ts";

/** How a procedure is reached as REST. One that has none is only for the dashboard. */
export type Rest = {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Below /api/v1; parameters as `:id`, which are fields of the input. */
  readonly path: `/${string}`;
  readonly status: number;
  readonly summary: string;
  readonly tags: readonly [string];
  /** Other good statuses, with what they answer. */
  readonly also?: Readonly<Record<number, ZodType>>;
  /** Which of the good statuses an answer has; `status` where absent. */
  readonly statusOf?: (output: unknown) => number;
  /** Statuses of its own errors, beyond those that every operation can answer. */
  readonly errors?: readonly number[];
  /** The answer holds a secret that is shown once, so it is not kept for Idempotency-Key. */
  readonly secret_answer?: true;
};

export type Meta = {
  /** Row of the permission matrix. */
  readonly permission: string;
  /** True for what somebody may call who is not signed in. */
  readonly open: boolean;
  readonly rest?: Rest | undefined;
};

const HEARTBEAT_MS = 15_000;

const t = initTRPC
  .context<Context>()
  .meta<Meta>()
  .create({
    isDev: false,
    sse: {
      ping: { enabled: true, intervalMs: HEARTBEAT_MS },
      client: { reconnectAfterInactivityMs: 40_000 },
    },
    errorFormatter({ shape, error, ctx, input, path }) {
      const failure = failureOf(error, input);
      return {
        ...shape,
        message: failure.message,
        data: {
          code: failure.code,
          httpStatus: failure.status,
          path,
          error: envelopeOf(failure, ctx?.where.request_id ?? "").error,
        },
      };
    },
  });

export const router = t.router;
export const createCallerFactory = t.createCallerFactory;

/**
 * The way to make a procedure: it names its row of the permission matrix, from which it is authorised before its input
 * is looked at. What is `own` or `assigned` is passed on to the service, which knows the thing that is acted on.
 */
export function procedure(permission: string, rest?: Rest) {
  return t.procedure.meta({ permission, open: false, rest }).use(({ ctx, next }) => {
    if (!ctx.actor) throw asTrpc(errors.UNAUTHENTICATED());
    if (decideAction(ctx.matrix, ctx.actor, permission) === "no") throw asTrpc(errors.FORBIDDEN());
    return next({ ctx: { ...ctx, actor: ctx.actor } });
  });
}

/** The same for a row that is public: the actor may be null. */
export function openProcedure(permission: string, rest?: Rest) {
  return t.procedure.meta({ permission, open: true, rest }).use(({ ctx, next }) => {
    if (decideAction(ctx.matrix, ctx.actor, permission) === "no") throw asTrpc(errors.FORBIDDEN());
    return next();
  });
}

/** Refuses what a procedure does only for some: a second row, looked up as the first was. */
export function assertMay(ctx: Pick<Context, "matrix" | "actor">, permission: string): void {
  if (decideAction(ctx.matrix, ctx.actor, permission) === "no") throw errors.FORBIDDEN();
}

/**
 * Throws, naming each, where a procedure has no permission, or one without a row in the matrix, or where it is open
 * though its row is not public. Called when the server is built, so such a procedure never answers.
 */
export function assertEveryProcedureHasRow(root: AnyRouter, matrix: Matrix): void {
  const problems = Object.entries(root._def.procedures).flatMap(([path, made]) => {
    const meta = metaOf(made);
    const row = meta && matrix.get(meta.permission);
    if (!meta?.permission) return [`${path} names no permission`];
    if (!row) return [`${path} asks for ${meta.permission}, which has no row in the matrix`];
    if (meta.open !== Boolean(row.public))
      return [`${path} and its row ${meta.permission} differ in being public`];
    return [];
  });
  if (problems.length > 0) throw new Error(`The permission matrix is not complete: ${problems.join("; ")}.`);
}

/** What a procedure was made with. */
export function metaOf(made: unknown): Meta | undefined {
  return (made as { _def?: { meta?: Meta } })._def?.meta;
}

function asTrpc(cause: Error): TRPCError {
  return new TRPCError({ code: "FORBIDDEN", cause });
}
