import { Session } from "node:inspector/promises";
import { writeFileSync, readFileSync, readdirSync } from "node:fs";
import pg from "pg";
import { startServers } from "./frame/servers.ts";
import { openCore, newPerson, requireApprovals, noopConfig, APPROVE } from "./frame/cores.ts";
import { copyTask, preparedTasks } from "./sql/prepared-tasks.ts";
import { decisionValues, writeDecision } from "./sql/decision.ts";
import { loadTaskOfApproval } from "@ade/core/tasks/store";
import { drive } from "./frame/drive.ts";
const servers = await startServers();
function pgCpu() { let t = 0; for (const d of readdirSync("/proc")) if (/^\d+$/.test(d)) try { const c = readFileSync(`/proc/${d}/cmdline`, "utf8"); if (c.includes("bench_")) { const s = readFileSync(`/proc/${d}/stat`, "utf8"); const f = s.slice(s.lastIndexOf(")") + 2).split(" "); t += Number(f[11]) + Number(f[12]); } } catch {} return t * 10_000; }
try {
  const databaseUrl = await servers.newDatabase(); const redisUrl = await servers.newRedis();
  const seeded = await openCore({ databaseUrl, redisUrl, poolSize: 4 });
  const { core } = seeded;
  const author = await newPerson(core, "Author", ["author"]); const first = await newPerson(core, "First", ["reviewer"]); const second = await newPerson(core, "Second", ["reviewer"]); await newPerson(core, "Third", ["reviewer"]);
  await requireApprovals(core, 2);
  const { id } = await core.gate.propose(author, { config: noopConfig("x"), metadata: { tags: ["bench"] } });
  await core.gate.planTask(id, AbortSignal.timeout(9999));
  const sub = core.gate.submit(author, id, { force: false, skip_preview: false });
  while ((await core.tasks.read(author, id)).state === "DRAFT") await new Promise(setImmediate);
  await core.gate.planTask(id, AbortSignal.timeout(9999)); await sub;
  const t = await core.tasks.get(author, id);
  await core.gate.respond(first, t.approvals.find((a) => a.reviewer_id === first.id)!.id, APPROVE);
  await core.ledger.settle(); await copyTask(databaseUrl, id, 9000); await seeded.close();
  const [a, b, c] = [await servers.newDatabase(databaseUrl), await servers.newDatabase(databaseUrl), await servers.newDatabase(databaseUrl)];
  const tasks = await preparedTasks(databaseUrl, second.id);
  const session = new Session(); session.connect();
  async function measure(name: string, n: number, op: (i: number) => Promise<unknown>, settle?: () => Promise<void>) {
    await drive({ atATime: 16, count: 3000, operation: op }); await settle?.();
    await session.post("Profiler.enable"); await session.post("Profiler.start");
    const p0 = pgCpu(); const s = await drive({ atATime: 16, count: n, operation: (i) => op(i + 3000) });
    const cs = s.clientCpuUs; await settle?.(); const p1 = pgCpu();
    const { profile } = (await session.post("Profiler.stop")) as any; writeFileSync(`/tmp/scratch/${name}.cpuprofile`, JSON.stringify(profile));
    console.log(name, "rate", (s.operations / s.seconds).toFixed(0), "client us", cs.toFixed(0), "pg us", ((p1 - p0) / n).toFixed(0));
  }
  if (!process.argv[2] || process.argv[2] === "decision") {
    const u = await openCore({ databaseUrl: a, redisUrl, poolSize: 16 }); await u.core.ledger.sealer.stop();
    await measure("read", 3000, (i) => loadTaskOfApproval(u.connections.pool, tasks[i]!.approval_id));
    await measure("ours-unsealed", 5000, (i) => u.core.gate.respond(second, tasks[i]!.approval_id, APPROVE));
    await u.close();
    const s = await openCore({ databaseUrl: b, redisUrl, poolSize: 16 });
    await measure("ours-sealed", 5000, (i) => s.core.gate.respond(second, tasks[i]!.approval_id, APPROVE), () => s.core.ledger.settle());
    await s.close();
    const pool = new pg.Pool({ connectionString: c, max: 16 }); const values = tasks.map((t) => decisionValues(t, second));
    await measure("bare", 5000, (i) => writeDecision(pool, values[i]!)); 
    await measure("select1", 3000, () => pool.query({name: "s1", text: "SELECT 1"})); await pool.end();
  }
  if (process.argv[2] === "plans") {
    const u = await openCore({ databaseUrl: a, redisUrl, poolSize: 1 }); await u.core.ledger.sealer.stop(); await u.core.ledger.events.stop();
    const p = u.connections.pool;
    const run = async (label: string, from: number, n: number) => { const cpu0 = pgCpu(); const t0 = performance.now(); for (let i = from; i < from + n; i++) await u.core.gate.respond(second, tasks[i]!.approval_id, APPROVE); console.log(label, "pg us", (pgCpu() - cpu0) / n, "ms", ((performance.now() - t0) / n).toFixed(2)); };
    const runRead = async (label: string, n: number) => { const cpu0 = pgCpu(); const t0 = performance.now(); for (let i = 0; i < n; i++) await loadTaskOfApproval(p, tasks[i]!.approval_id); console.log("read", label, "pg us", (pgCpu() - cpu0) / n, "ms", ((performance.now() - t0) / n).toFixed(2)); };
    await run("auto", 0, 1000); await runRead("auto", 1000);
    console.log((await p.query("select name, generic_plans, custom_plans from pg_prepared_statements")).rows);
    await p.query("SET plan_cache_mode = force_generic_plan"); await run("generic", 1000, 1000); await runRead("generic", 1000);
    await p.query("SET plan_cache_mode = force_custom_plan"); await run("custom", 2000, 1000); await runRead("custom", 1000);
    console.log((await p.query("select relname, n_tup_upd, n_tup_hot_upd from pg_stat_user_tables where n_tup_upd > 0")).rows);
    await u.close();
    const pool = new pg.Pool({ connectionString: c, max: 1 }); const values = tasks.map((t) => decisionValues(t, second));
    const bare = async (l: string, from: number, n: number) => { const cpu0 = pgCpu(); const t0 = performance.now(); for (let i = from; i < from + n; i++) await writeDecision(pool, values[i]!); console.log("bare", l, "pg us", (pgCpu() - cpu0) / n, "ms", ((performance.now() - t0) / n).toFixed(2)); };
    await bare("auto", 0, 1000); console.log((await pool.query("select name, generic_plans, custom_plans from pg_prepared_statements")).rows);
    await pool.query("SET plan_cache_mode = force_generic_plan"); await bare("generic", 1000, 1000);
    await pool.end();
  }
} finally { await servers.stop(); process.exit(0); }
