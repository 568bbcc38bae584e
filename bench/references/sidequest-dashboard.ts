import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { freePort } from "@ade/embedded/ports";
import { toolsDir } from "@ade/testkit/environment";
import pg from "pg";

const VERSION = "1.16.4";
const PACKAGES = [`@sidequest/dashboard@${VERSION}`, `@sidequest/postgres-backend@${VERSION}`];

type Backend = { migrate: () => Promise<void>; close: () => Promise<void> };
type Dashboard = { start: (config: object) => Promise<void>; close: () => Promise<void> };

/**
 * Sidequest's dashboard over so many waiting jobs: server-rendered pages of a job queue, the quickest to show of the
 * dashboards that were tried (performance.md). It brings 150 packages, so it is fetched when this runs, not with ours.
 */
export async function startSidequest(
  databaseUrl: string,
  jobs: number,
): Promise<{ url: string; version: string; stop: () => Promise<void> }> {
  const folder = installed();
  const driver = pathToFileURL(join(folder, "postgres-backend/dist/postgres-backend.js")).href;
  const { default: PostgresBackend } = await import(driver);
  const backend: Backend = new PostgresBackend(databaseUrl);
  await backend.migrate();
  await backend.close();
  await insertJobs(databaseUrl, jobs);
  const { SidequestDashboard } = await import(pathToFileURL(join(folder, "dashboard/dist/index.js")).href);
  const dashboard: Dashboard = new SidequestDashboard();
  const port = await freePort();
  await dashboard.start({ enabled: true, port, backendConfig: { driver, config: databaseUrl } });
  return { url: `http://127.0.0.1:${port}/jobs`, version: VERSION, stop: () => dashboard.close() };
}

/** The folder of its packages. */
function installed(): string {
  const folder = join(toolsDir, `sidequest-${VERSION}`);
  const packages = join(folder, "node_modules/@sidequest");
  if (!existsSync(join(packages, "postgres-backend"))) {
    const options = ["install", "--no-save", "--no-audit", "--no-fund", "--prefix", folder];
    execFileSync("npm", [...options, ...PACKAGES], { stdio: ["ignore", "ignore", "inherit"] });
  }
  return packages;
}

async function insertJobs(databaseUrl: string, jobs: number): Promise<void> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 });
  try {
    await pool.query(
      `INSERT INTO sidequest_jobs (queue, state, script, class, args, constructor_args, attempt, max_attempts,
          available_at)
        SELECT 'default', 'waiting', 'file:///jobs/roll-out.js', 'RollOut', jsonb_build_array('service-' || n), '[]',
          0, 5, now() FROM generate_series(1, $1::int) AS n`,
      [jobs],
    );
    await pool.query("VACUUM ANALYZE sidequest_jobs");
  } finally {
    await pool.end();
  }
}
