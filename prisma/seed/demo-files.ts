import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

const FILES: Record<string, string> = {
  "services/checkout.yaml": `service: checkout
replicas: 6
pool:
  max_connections: 20
  idle_timeout_seconds: 30
tracing: false
`,
  "services/search.yaml": `service: search
image: search:2.13.4
replicas: 4
`,
  "gateway/tls.conf": `min_version = 1.1
ciphers = HIGH:!aNULL
hsts = off
`,
  "flags/legacy.json": `{
  "old_cart": false,
  "beta_search": true,
  "two_step_login": true
}
`,
  "databases/billing.yaml": `database: billing
retention_days: 365
backups: daily
`,
  "staging/search.yaml": `service: search
log_level: info
`,
};

/** The files that demo tasks change, below the file root `demo`. */
export async function writeDemoFiles(root: string): Promise<void> {
  for (const [path, content] of Object.entries(FILES)) {
    const file = join(root, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
}
