import type { TransactionSql } from "postgres";
import type { BenchDatabase, BenchTenant } from "./database.ts";

/** Who calls: a viewer, an admin, the backend and the function, or the owner of the bundle, who runs the jobs. */
export type Caller = "viewer" | "admin" | "service_role" | "postgres";

/** One call on a hot path. */
export interface HotPath {
  readonly name: string;
  readonly as: Caller;
  /** What has to be there before; not measured. As a superuser. */
  prepare?(tx: TransactionSql): Promise<unknown>;
  call(tx: TransactionSql): Promise<unknown>;
  /** It reads whole tables and says so: its plans are printed, and no number of rows is a finding. */
  readonly readsAll?: boolean;
}

/** Where the paths begin. */
export interface Stage {
  readonly database: BenchDatabase;
  readonly tenant: BenchTenant;
  /** The person who is erased. */
  readonly personId: string;
  readonly exported: number;
}

const NAMED = 100;

/** What members read through the Data API, under row level security. */
export async function memberPaths({ database, tenant }: Stage): Promise<HotPath[]> {
  const { orgId, integrationId } = tenant;
  const [middle] = await database.admin<{ at: string; id: string }[]>`
    select triggered_at::text as at, run_id as id from public.sync_run_log where org_id = ${orgId}
    order by triggered_at desc, run_id desc
    offset (select count(*) / 2 from public.sync_run_log where org_id = ${orgId}) limit 1`;
  const { at = "", id = "" } = middle ?? {};
  const behind = `triggered_at <= $2 and (triggered_at < $2 or (triggered_at = $2 and run_id < $3))`;
  const newest = "order by triggered_at desc, run_id desc";
  const entries = "select * from public.sync_export_entries where integration_id = $1";
  // PostgREST sends all values as parameters, the limit among them.
  const read = (name: string, query: string, ...args: string[]): HotPath => ({
    name,
    as: "viewer",
    call: (tx) => tx.unsafe(query, args, { prepare: true }),
  });
  const page = (name: string, query: string, ...args: string[]): HotPath =>
    read(name, `${query} limit $${args.length + 1}`, ...args, "51");
  return [
    page("newest runs", `select * from public.sync_run_log where org_id = $1 ${newest}`, orgId),
    page(
      "runs behind half of them",
      `select * from public.sync_run_log where org_id = $1 and ${behind} ${newest}`,
      orgId,
      at,
      id,
    ),
    page(
      "failed runs behind half of the runs",
      `select * from public.sync_run_log where org_id = $1 and status in ('failed') and ${behind} ${newest}`,
      orgId,
      at,
      id,
    ),
    page(
      "runs of a type since an instant",
      `select * from public.sync_run_log where org_id = $1 and integration_type = 'webhook' and triggered_at >= $2 ${newest}`,
      orgId,
      at,
    ),
    read("a run", "select * from public.sync_run_log where run_id = $1", id),
    page("newest runs, no organisation named", `select * from public.sync_run_log ${newest}`),
    page(
      "undecided entries",
      `${entries} and undecided order by document_number, entry_id`,
      integrationId,
    ),
    page("rejected entries", `${entries} and state = 'rejected' order by entry_id`, integrationId),
    page("entries that wait", `${entries} and state = 'pending' order by entry_id`, integrationId),
    read(
      "number of entries of unknown outcome",
      "select count(*) from public.sync_export_entries where integration_id = $1 and state = 'unknown'",
      integrationId,
    ),
    read("an entry by its key", `${entries} and entry_key = $2`, integrationId, "entry 77"),
    page(
      "a page of entries",
      `${entries} and entry_id > $2 order by entry_id`,
      integrationId,
      "900",
    ),
    page(
      "alerts that are over",
      `select * from public.sync_alerts where (org_id = $1 or org_id is null) and resolved_at is not null
        order by last_seen_at desc, alert_id`,
      orgId,
    ),
    read("health", "select * from public.sync_integration_health where org_id = $1", orgId),
    page(
      "audit log",
      "select * from public.sync_audit_log where org_id = $1 order by created_at desc",
      orgId,
    ),
    read("sync_overview", "select * from public.sync_overview($1)", orgId),
    read(
      "explain_sync_slots of a week",
      "select * from public.explain_sync_slots($1, 'webhook', now() - interval '7 days', now())",
      orgId,
    ),
    read("sync_run_timeline", "select * from public.sync_run_timeline($1)", id),
  ];
}

/** What people, the backend, the function and the jobs call. Definer functions, but for the owner's. */
export function functionPaths({ tenant, personId, exported }: Stage): HotPath[] {
  const { orgId } = tenant;
  let runId = "";
  let batch = { batch_id: "", entries: [] as { entry_key: string }[] };
  const start = async (tx: TransactionSql): Promise<void> => {
    const [run] = await tx`select run_id from public.trigger_integration_sync(${orgId}, 'webhook')`;
    runId = run?.run_id;
    await tx`update sync_scheduler.run_attempts set token_hash = sha256('t') where run_id = ${runId}`;
  };
  const claim = (tx: TransactionSql) =>
    tx`select public.sync_worker_claim(${runId}, 1, 't', gen_random_uuid(), 1, false)`;
  const reserve = async (tx: TransactionSql): Promise<void> => {
    const [row] = await tx`select public.sync_worker_reserve_entries(${runId}, 1, 't', ${NAMED}) as batch`;
    batch = row?.batch;
  };
  const record = (tx: TransactionSql) => {
    const results = batch.entries.map(({ entry_key }) => ({ entry_key, state: "exported" }));
    return tx`
      select public.sync_worker_record_results(${runId}, 1, 't', ${batch.batch_id}, ${tx.json(results)})`;
  };
  const after = (...steps: ((tx: TransactionSql) => Promise<unknown>)[]) => async (tx: TransactionSql) => {
    for (const step of steps) await step(tx);
  };
  const deliver = (first: number, amount: string) => (tx: TransactionSql) => {
    const entries = Array.from({ length: NAMED }, (_, n) => entry(first + n, amount));
    return tx`select public.add_sync_entries(${orgId}, 'webhook', ${tx.json(entries)})`;
  };
  const keys = Array.from({ length: NAMED }, (_, n) => `entry ${exported + n + 1}`);
  const decisions = keys.map((entry_key) => ({ entry_key, resolution: "exported" }));
  return [
    {
      name: "trigger_integration_sync",
      as: "admin",
      call: (tx) => tx`select * from public.trigger_integration_sync(${orgId}, 'webhook')`,
    },
    {
      name: "cancel_integration_sync",
      as: "admin",
      prepare: start,
      call: (tx) => tx`select * from public.cancel_integration_sync(${runId})`,
    },
    { name: "claim", as: "service_role", prepare: start, call: claim },
    {
      name: "heartbeat",
      as: "service_role",
      prepare: after(start, claim),
      call: (tx) => tx`select public.sync_worker_heartbeat(${runId}, 1, 't')`,
    },
    { name: `reserve ${NAMED}`, as: "service_role", prepare: after(start, claim), call: reserve },
    { name: `record ${NAMED}`, as: "service_role", prepare: after(start, claim, reserve), call: record },
    {
      name: "finish",
      as: "service_role",
      prepare: after(start, claim, reserve, record),
      call: (tx) => tx`select public.sync_worker_finish(${runId}, 1, 't', 'succeeded')`,
    },
    { name: `deliver ${NAMED}, new`, as: "service_role", call: deliver(-NAMED, "1.00") },
    { name: `deliver ${NAMED}, unchanged`, as: "service_role", call: deliver(exported - NAMED / 2, "1.00") },
    { name: `deliver ${NAMED}, changed`, as: "service_role", call: deliver(exported - NAMED / 2, "2.00") },
    {
      name: `settle ${NAMED}`,
      as: "admin",
      call: (tx) =>
        tx`select public.settle_sync_entries(${orgId}, 'webhook', ${tx.json(decisions)}, 'measured')`,
    },
    {
      name: `withdraw ${NAMED}`,
      as: "admin",
      call: (tx) => tx`select public.withdraw_sync_entries(${orgId}, 'webhook', ${keys}, 'measured')`,
    },
    { name: "tick, nothing due", as: "postgres", call: (tx) => tx`select sync_scheduler.tick()` },
    {
      name: "tick, one due",
      as: "postgres",
      prepare: (tx) =>
        tx`update public.sync_integrations set schedule = '@hourly', next_run_at = now(), next_tick_at = now()
          where id = ${tenant.integrationId}`,
      call: (tx) => tx`select sync_scheduler.tick()`,
    },
    {
      name: "redaction of 2,000 (purge_payloads)",
      as: "postgres",
      prepare: (tx) => tx`update sync_scheduler.settings set retention_payload = '1 day' where true`,
      call: (tx) => tx`select sync_scheduler.purge_payloads(2000, s) from sync_scheduler.settings s`,
    },
    {
      name: "redaction, nothing old enough",
      as: "postgres",
      prepare: (tx) => tx`update sync_scheduler.settings set retention_payload = '36500 days' where true`,
      call: (tx) => tx`select sync_scheduler.purge_payloads(2000, s) from sync_scheduler.settings s`,
    },
    {
      name: "purge with nothing to delete",
      as: "postgres",
      prepare: (tx) =>
        tx`update sync_scheduler.settings set retention_ended = '36500 days', retention_failed = '36500 days',
          retention_ticks = '36500 days' where true`,
      call: (tx) => tx`select sync_scheduler.purge(2000)`,
    },
    {
      name: "erase_person",
      as: "postgres",
      readsAll: true,
      call: (tx) => tx`select sync_scheduler.erase_person(${personId}::uuid)`,
    },
  ];
}

function entry(n: number, amount: string): Record<string, string | Record<string, string>> {
  return {
    entry_key: `entry ${n}`,
    period: "2026-10",
    document_number: `B-${n}`,
    payload: { date: "2026-10-31", amount },
  };
}
