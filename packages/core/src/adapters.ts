import type { Pool } from "pg";
import { createAgentSettingsExecutor } from "./agents/service.ts";
import { createRollbackExecutor } from "./applying/service.ts";
import { type CoreOptions, OUTGOING } from "./core-options.ts";
import { createFilesExecutor } from "./executors/adapters/files/configuration-file.ts";
import { createReceipts } from "./executors/adapters/http/http-receipts.ts";
import { createHttpExecutor } from "./executors/adapters/http/service-http.ts";
import { createNoopExecutor } from "./executors/adapters/noop/noop.ts";
import { createSqlExecutor } from "./executors/adapters/sql/database-sql.ts";
import type { Executor, ExecutorsService, SecretBox } from "./executors/service.ts";
import type { Ledger } from "./ledger/service.ts";
import { createToolCallExecutor } from "./tool-calls/service.ts";

type AdapterDeps = {
  pool: Pool;
  ledger: Ledger;
  options: CoreOptions;
  commands: { executor: Executor };
  /** Seals what undoing an attempt needs. */
  box: SecretBox;
  /** The service that these become; read when a rollback runs. */
  executors: () => ExecutorsService;
};

/** Every kind of change that this installation can make. A new one is a folder under `executors/adapters` and a line here. */
export function createAdapters({ pool, ledger, options, commands, box, executors }: AdapterDeps): Executor[] {
  return [
    createRollbackExecutor({ pool, box, executors }),
    commands.executor,
    createAgentSettingsExecutor({ pool, ledger, clock: options.clock }),
    createFilesExecutor({ roots: options.fileRoots }),
    createHttpExecutor({
      allow: options.outgoing?.httpAllow ?? OUTGOING.httpAllow,
      receipts: createReceipts(pool),
    }),
    createSqlExecutor({ connections: options.sqlConnections ?? {} }),
    createToolCallExecutor({ pool, ledger }),
    ...(options.testExecutors
      ? [createNoopExecutor(options.testExecutors), ...(options.testExecutors.more ?? [])]
      : []),
  ];
}
