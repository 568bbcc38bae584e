import { randomIds } from "@ade/core/kernel/ids";
import { DBOS } from "@dbos-inc/dbos-sdk";

const ANSWER = "answer";

export type DbosLives = { live: () => Promise<void>; stop: () => Promise<void> };

/**
 * An approval as a durable workflow: it waits for a message and then runs one step. No states that others can read, no
 * records, no rights, no locks; in this process. DBOS is one for a process, so only one of these can be open.
 */
export async function startDbosLives(databaseUrl: string, connections: number): Promise<DbosLives> {
  const silent = (): void => undefined;
  DBOS.setConfig({
    name: "bench",
    systemDatabaseUrl: databaseUrl,
    systemDatabasePoolSize: connections,
    logger: { debug: silent, info: silent, warn: console.warn, error: console.error },
  });
  const change = DBOS.registerWorkflow(
    async () => {
      const answer = await DBOS.recv<string>(ANSWER, { timeoutSeconds: 30 });
      if (answer !== "approve") throw new Error("DBOS lost a message.");
      await DBOS.runStep(async () => "applied", { name: "apply" });
    },
    { name: "change" },
  );
  await DBOS.launch();
  return {
    async live() {
      const workflowID = randomIds.uuid();
      const handle = await DBOS.startWorkflow(change, { workflowID })();
      await DBOS.send(workflowID, "approve", ANSWER);
      await handle.getResult();
    },
    stop: () => DBOS.shutdown(),
  };
}
