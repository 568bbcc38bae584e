import { setTimeout as delay } from "node:timers/promises";
import { PlainError } from "@ade/embedded/plain-error";
import { isAlive } from "@ade/embedded/processes";
import { backoffMs } from "./backoff.ts";
import { type Child, type ChildSpec, superviseChild } from "./child.ts";
import { lastErrorOf } from "./log-line.ts";
import type { Service } from "./services.ts";

const READY_TIMEOUT_MS = 90_000;
const WATCH_MS = 500;

export type Supervisor = {
  /** resolves when the front door says that everything is up; rejects with one sentence when it can't become so */
  ready: Promise<void>;
  /** processes in order, then Redis and PostgreSQL; everything that was written stays */
  stop(): Promise<void>;
  /** the processes at once, then Redis and PostgreSQL in order */
  stopNow(): Promise<void>;
};

/**
 * Runs the processes and watches the embedded services.
 *
 * @param specs in the order in which they are stopped
 * @param services in the order in which they are stopped
 * @param healthUrl answers 200 when everything is ready
 */
export function supervise(
  specs: ChildSpec[],
  services: Service[],
  healthUrl: string,
  say: (line: string) => void,
): Supervisor {
  let isReady = false;
  let stopping = false;
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {});

  const children = specs.map((spec) =>
    superviseChild(spec, {
      say,
      mayRestart(child: Child, why: string, lastWords: string) {
        if (isReady) return true;
        const reason = lastErrorOf(lastWords) ?? why;
        failed.reject(
          new PlainError(`${child.spec.name} did not start: ${reason} (see ${child.spec.logFile})`),
        );
        return false;
      },
    }),
  );
  const watches = services
    .filter((service) => service.embedded)
    .map((service) => watch(service, () => stopping, say));

  async function becomeReady(): Promise<void> {
    const deadline = performance.now() + READY_TIMEOUT_MS;
    let parts = "nothing answers";
    while (performance.now() < deadline) {
      const answer = await askHealth(healthUrl);
      if (answer.ok) {
        isReady = true;
        return;
      }
      parts = answer.text || parts;
      await delay(50);
    }
    throw new PlainError(
      `ADE did not become ready in ${READY_TIMEOUT_MS / 1000} s (${parts}): see the logs beside ${specs[0]?.logFile}.`,
    );
  }

  async function stopServices(): Promise<void> {
    stopping = true;
    for (const watched of watches) await (await watched.end()).embedded?.stop();
  }

  return {
    ready: Promise.race([becomeReady(), failed.promise]),
    async stop() {
      stopping = true;
      for (const child of children) {
        say(`Stopping ${child.spec.name} ...`);
        await child.stop();
      }
      await stopServices();
    },
    async stopNow() {
      for (const child of children) child.kill();
      await stopServices();
    },
  };
}

async function askHealth(url: string): Promise<{ ok: boolean; text?: string }> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(3000) });
    return { ok: answer.ok, text: (await answer.text()).slice(0, 300) };
  } catch {
    return { ok: false };
  }
}

/** Starts an embedded service again when it ends by itself; it is no child of ours and may be older than we are. */
function watch(
  first: Service,
  isStopping: () => boolean,
  say: (line: string) => void,
): { end(): Promise<Service> } {
  let service = first;
  const run = async () => {
    for (let crashes = 0; !isStopping(); ) {
      await delay(WATCH_MS);
      if (isStopping() || isAlive(service.embedded!.pid)) continue;
      crashes += 1;
      const waitMs = backoffMs(crashes);
      say(`${service.name} ended unexpectedly; starting it again in ${waitMs / 1000} s`);
      await delay(waitMs);
      if (isStopping()) return;
      try {
        service = await service.embedded!.restart();
        crashes = 0;
        say(`${service.name} is back`);
      } catch (error) {
        say((error as Error).message);
      }
    }
  };
  const ended = run();
  return {
    async end() {
      await ended;
      return service;
    },
  };
}
