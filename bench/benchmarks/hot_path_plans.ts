import type { Sql, TransactionSql } from "postgres";
import type { BenchContext, Benchmark } from "../benchmark.ts";
import { type BenchDatabase, claimsOf } from "../database.ts";
import { type Caller, functionPaths, type HotPath, memberPaths, type Stage } from "../hot_paths.ts";
import { logSizes } from "../log_sizes.ts";
import { fillOutbox, PENDING } from "../outbox.ts";
import { type PlanSummary, readPlan } from "../plans.ts";

const MODES = ["force_custom_plan", "force_generic_plan"] as const;
/** A statement that looks at more rows is a finding. A claim counts entries up to 10,000. */
const MOST_ROWS = 12_000;

/** Every statement of every hot path, as the server ran it. */
export const hotPathPlans: Benchmark = {
  name: "hot-path-plans",
  description:
    "rows and pages of each statement on a hot path, as a member and as definer, custom and generic, " +
    "with 1,000,000 runs and 2,000,000 exported entries (no ratio)",
  run: async (context) => {
    const stage = await openStage(context);
    const people: Record<Caller, string> = {
      viewer: claimsOf(await stage.database.addPerson(3, "viewer")),
      admin: claimsOf(stage.personId),
      service_role: '{"role": "service_role"}',
      postgres: "",
    };
    const notes = ["Statements of the hot paths: rows that their scans looked at, and pages."];
    const findings: string[] = [];
    const paths = [...await memberPaths(stage), ...functionPaths(stage)];
    for (const path of paths) {
      const printed: string[] = [];
      for (const mode of MODES) {
        const plans = await trace(stage.database, path, people[path.as], mode);
        printed.push(grouped(plans).map((plan) => format(plan, path)).join("\n"));
        findings.push(
          ...plans.filter((plan) => isFinding(plan, path)).map((plan) =>
            `${path.name}, ${mode}: ${plan.query}`
          ),
        );
      }
      notes.push("", ...describe(path, printed));
      context.progress(path.name);
    }
    notes.push(
      "",
      `Paths: ${paths.length}. Statements that looked at more than ${MOST_ROWS} rows: ${findings.length}.`,
    );
    return { results: [], notes: [...notes, ...findings.map((finding) => `  ${shorten(finding)}`), ""] };
  },
};

/** Both kinds of plans, or one where they are alike. */
function describe(path: HotPath, [custom = "", generic = ""]: string[]): string[] {
  const title = `${path.name} (${path.as})`;
  return custom === generic
    ? [`${title}, custom and generic plans:`, custom]
    : [`${title}, custom plans:`, custom, `${title}, generic plans:`, generic];
}

/** A log and an outbox of the longest, and a person who has done something in both. */
async function openStage(context: BenchContext): Promise<Stage> {
  const rows = logSizes(context.quick).at(-1) ?? 0;
  const exported = context.quick ? 20_000 : 2_000_000;
  context.progress(`a log of ${rows} runs`);
  const database = await (await context.server()).database({ rows, purpose: "plans" });
  const [tenant, neighbour] = await database.tenants(1, 2);
  if (tenant === undefined || neighbour === undefined) throw new Error("there are no tenants");
  context.progress(`an outbox with ${exported} exported entries`);
  await fillOutbox(database, tenant, neighbour, exported, PENDING);
  const personId = await database.addPerson(3, "admin");
  await database
    .admin`insert into public.sync_audit_log (org_id, integration_id, actor_id, action, reason, details)
    select ${tenant.orgId}, ${tenant.integrationId}, ${personId}::uuid, 'entries_settled', 'Looked it up.',
      jsonb_build_object('entries', jsonb_build_array(jsonb_build_object('entry_key', 'entry ' || n)))
    from generate_series(1, 100) n`;
  await database.admin`vacuum analyze public.sync_export_entries, public.sync_audit_log`;
  return { database, tenant, personId, exported };
}

class Undone extends Error {}

/** The plans of a call's statements. The call is made twice: the first one reads what is cold. Nothing of it stays. */
async function trace(
  database: BenchDatabase,
  path: HotPath,
  claims: string,
  mode: string,
): Promise<PlanSummary[]> {
  const plans: PlanSummary[] = [];
  const sql = await traced(database, plans);
  await sql`select set_config('request.jwt.claims', ${claims}, false), set_config('plan_cache_mode', ${mode}, false)`;
  for (const _ of ["cold", "warm"]) {
    await sql.begin(async (tx) => {
      await explainStatements(tx, false);
      await path.prepare?.(tx);
      await explainStatements(tx, true);
      await tx.unsafe(`set local role ${ROLES[path.as]}`);
      plans.length = 0;
      await path.call(tx);
      throw new Undone();
    }).catch((error) => {
      if (!(error instanceof Undone)) throw new Error(`${path.name}: ${error}`, { cause: error });
    });
  }
  await sql.end();
  return plans;
}

const ROLES: Record<Caller, string> = {
  viewer: "authenticated",
  admin: "authenticated",
  service_role: "service_role",
  postgres: "postgres",
};

async function explainStatements(tx: TransactionSql, on: boolean): Promise<void> {
  await tx.unsafe(`set local auto_explain.log_min_duration = ${on ? 0 : -1}`);
}

/** auto_explain prints to the session, and only a superuser can switch it on. */
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
    set auto_explain.log_nested_statements = on;
    set auto_explain.log_analyze = on;
    set auto_explain.log_buffers = on;
    set auto_explain.log_timing = off;
    set auto_explain.log_format = json;`);
  return sql;
}

/** A statement that a call makes for each entry is one line. */
function grouped(plans: readonly PlanSummary[]): (PlanSummary & { readonly times: number })[] {
  const groups = Map.groupBy(plans, ({ query, scans }) => `${query} ${scans.join()}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const sum = (of: "rows" | "pages") => group.reduce((total, plan) => total + plan[of], 0);
    return { ...first, rows: sum("rows"), pages: sum("pages"), times: group.length };
  });
}

function isFinding({ rows }: PlanSummary, path: HotPath): boolean {
  return path.readsAll !== true && rows > MOST_ROWS;
}

function format(plan: PlanSummary & { readonly times: number }, path: HotPath): string {
  const flag = isFinding(plan, path) ? "  <-- MANY ROWS" : "";
  const [rows, pages] = [String(plan.rows).padStart(7), String(plan.pages).padStart(6)];
  const times = plan.times === 1 ? "" : `${plan.times} x `;
  return `  ${rows} rows ${pages} pages  ${times}${shorten(plan.query)}\n` +
    `                              ${plan.scans.join(", ") || "-"}${flag}`;
}

function shorten(query: string): string {
  return query.length > 100 ? `${query.slice(0, 97)}...` : query;
}
