import type { Pool } from "pg";
import { createRollbackExecutor } from "./applying/service.ts";
import { type CoreOptions, OUTGOING } from "./core-options.ts";
import { createFilesExecutor } from "./executors/adapters/files/configuration-file.ts";
import { createReceipts } from "./executors/adapters/http/http-receipts.ts";
import { createHttpExecutor } from "./executors/adapters/http/service-http.ts";
import { createNoopExecutor } from "./executors/adapters/noop/noop.ts";
import { createSqlExecutor } from "./executors/adapters/sql/database-sql.ts";
import type { Executor, ExecutorsService, SecretBox } from "./executors/service.ts";

type AdapterDeps = {
  pool: Pool;
  options: CoreOptions;
  commands: { executor: Executor };
  /** Seals what undoing an attempt needs. */
  box: SecretBox;
  /** The service that these become; read when a rollback runs. */
  executors: () => ExecutorsService;
};

/** Every kind of change that this installation can make. A new one is a folder under `executors/adapters` and a line here. */
export function createAdapters({ pool, options, commands, box, executors }: AdapterDeps): Executor[] {
  return [
    createRollbackExecutor({ pool, box, executors }),
    commands.executor,
    createFilesExecutor({ roots: options.fileRoots }),
    createHttpExecutor({
      allow: options.outgoing?.httpAllow ?? OUTGOING.httpAllow,
      receipts: createReceipts(pool),
    }),
    createSqlExecutor({ connections: options.sqlConnections ?? {} }),
    ...(options.testExecutors
      ? [createNoopExecutor(options.testExecutors), ...(options.testExecutors.more ?? [])]
      : []),
  ];
}
