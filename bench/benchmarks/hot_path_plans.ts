import type { Sql } from "postgres";
import type { BenchContext, Benchmark } from "../benchmark.ts";
import { callTrigger } from "../calls.ts";
import { type BenchDatabase, claimsOf } from "../database.ts";
import { logSizes } from "../log_sizes.ts";
import { type PlanSummary, readPlan } from "../plans.ts";

/** Every statement below the trigger, the overview and the tick, as the server ran it. */
export const hotPathPlans: Benchmark = {
  name: "hot-path-plans",
  description:
    "plans of all statements inside one trigger, overview and tick, with the longest log (no ratio)",
  run: async (context) => {
    const rows = logSizes(context.quick).at(-1) ?? 0;
    context.progress(`a log of ${rows} rows`);
    const server = await context.server();
    const database = await server.database({ rows });
    const trigger = await openTrace(database);
    await press(trigger, database);
    context.progress("trigger traced");
    const page = await openTrace(database);
    await look(page, database);
    const tick = await tracedTick(database, context);

    const unprepared = await server.database({ rows, stale: "plans" });
    const stale = await openTrace(unprepared);
    await press(stale, unprepared);
    await unprepared.fill(rows);
    await press(stale, unprepared);
    context.progress("trigger that was planned for an empty log traced");
    return {
      results: [],
      notes: [
        `Statements of one trigger with ${rows} rows in the log:`,
        ...trigger.plans.map(format),
        "",
        `Statements of one trigger with ${rows} rows in the log, on a connection that planned them while it was empty:`,
        ...stale.plans.map(format),
        "",
        `Statements of one sync_overview with ${rows} rows in the log:`,
        ...page.plans.map(format),
        "",
        "Statements of one tick with nothing due:",
        ...tick.map(format),
        "",
      ],
    };
  },
};

/** A connection whose statements are explained, newest press only. */
interface Trace {
  readonly sql: Sql;
  readonly plans: PlanSummary[];
}

async function openTrace(database: BenchDatabase): Promise<Trace> {
  const plans: PlanSummary[] = [];
  // auto_explain prints to the session, and only a superuser can switch it on.
  const sql = await traced(database, plans);
  await sql`select set_config('request.jwt.claims', ${claimsOf(database.coordinatorId)}, false)`;
  await sql`set role authenticated`;
  return { sql, plans };
}

/** Presses often: from the sixth call on, a plan may be one for all parameters, with which a pooled connection lives. */
async function press({ sql, plans }: Trace, database: BenchDatabase): Promise<void> {
  const [tenant] = await database.tenants(1, 1);
  if (tenant === undefined) throw new Error("there is no tenant 1");
  for (let n = 1; n <= 8; n++) {
    plans.length = 0;
    await callTrigger(sql, tenant);
    await database.admin`delete from public.sync_run_log
      where integration_id = ${tenant.integrationId} and status = 'pending'`;
  }
}

/** Looks at the organisation often, as a page does. */
async function look({ sql, plans }: Trace, database: BenchDatabase): Promise<void> {
  const [tenant] = await database.tenants(1, 1);
  if (tenant === undefined) throw new Error("there is no tenant 1");
  for (let n = 1; n <= 8; n++) {
    plans.length = 0;
    await sql`select * from public.sync_overview(${tenant.orgId})`;
  }
}

async function tracedTick(database: BenchDatabase, { progress }: BenchContext): Promise<PlanSummary[]> {
  const plans: PlanSummary[] = [];
  const sql = await traced(database, plans);
  for (let n = 1; n <= 8; n++) {
    plans.length = 0;
    await sql`select sync_scheduler.recover_runs()`;
  }
  progress("tick traced");
  await sql.end();
  return plans;
}

async function traced(database: BenchDatabase, plans: PlanSummary[]): Promise<Sql> {
  const sql = database.asSuperuser({
    onnotice: ({ message }) => {
      const plan = readPlan(message ?? "");
      if (plan !== null) plans.push(plan);
    },
  });
  await sql`load 'auto_explain'`;
  await sql.unsafe(`
    set auto_explain.log_level = notice;
    set auto_explain.log_min_duration = 0;
    set auto_explain.log_nested_statements = on;
    set auto_explain.log_analyze = on;
    set auto_explain.log_buffers = on;
    set auto_explain.log_timing = off;
    set auto_explain.log_format = json;`);
  return sql;
}

/** One row of settings has no other way to be read; a sequential scan of more than a handful of rows is a finding. */
function format(plan: PlanSummary): string {
  const flag = plan.scannedRows > 10 ? "  <-- SEQUENTIAL SCAN" : "";
  const query = plan.query.length > 90 ? `${plan.query.slice(0, 87)}...` : plan.query;
  return `  ${String(plan.pages).padStart(4)} pages  ${query}\n              ${
    plan.scans.join(", ") || "-"
  }${flag}`;
}
