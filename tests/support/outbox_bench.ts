/**
 * One integration whose outbox a test fills, corrects and empties, over the real function.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { connectIntegration } from "../../local/connect_integration.ts";
import { until } from "../../local/wait.ts";
import { usePlatform } from "./platform.ts";
import { moveOn, readRun, type Run } from "./runs.ts";
import { createTenant } from "./tenant.ts";

/** An entry as the host delivers it. */
export interface DeliveredEntry {
  readonly entry_key: string;
  readonly period: string;
  readonly document_number: string | null;
  readonly payload: unknown;
}

/** What `add_sync_entries` answers. */
export interface Counts {
  readonly added: number;
  readonly replaced: number;
  readonly unchanged: number;
  readonly conflicts: number;
  readonly withdrawn?: readonly string[];
  readonly refused: readonly unknown[];
}

/** The integration, and what people and the host do with it. */
export interface OutboxBench extends AsyncDisposable {
  readonly sql: Sql;
  readonly integrationId: string;
  deliver(entries: readonly DeliveredEntry[], options?: { readonly readmit?: boolean }): Promise<Counts>;
  /** An admin settles one entry as it is now. */
  settle(entry_key: string, resolution: string): Promise<void>;
  /** An admin withdraws entries; answers how many. */
  withdraw(entry_keys: readonly string[]): Promise<unknown>;
  /** Presses; answers the run's id. */
  press(): Promise<string>;
  /** Presses, and waits until the run has ended. */
  run(): Promise<Run>;
  /** Waits until a run has ended, while time passes. */
  end(runId: string): Promise<Run>;
  /** The state of each entry, by key. */
  states(): Promise<Record<string, string>>;
}

/** Makes the integration. */
export async function startOutboxBench(
  type: string,
  config: unknown,
  credentials: unknown,
): Promise<OutboxBench> {
  const platform = await usePlatform();
  const database = platform.connect();
  const { sql } = database;
  const { orgId } = await createTenant(sql, platform);
  // The tenant's own integration prevents another one of its type.
  await sql`delete from public.sync_integrations where org_id = ${orgId}`;
  const integrationId = await connectIntegration(sql, { orgId, type, config, credentials });
  await sql`update public.sync_integrations set retry_base = '0', manual_cooldown = '0' where id = ${integrationId}`;
  // The host's backend, which may do all of it.
  const backend = <T>(query: (tx: Sql) => PromiseLike<T>) =>
    sql.begin(async (tx) => {
      await tx`select set_config('request.jwt.claims', '{"role": "service_role"}', true)`;
      return await query(tx as unknown as Sql);
    }) as Promise<T>;

  const bench: OutboxBench = {
    sql,
    integrationId,
    async deliver(entries, { readmit = false } = {}) {
      const [row] = await backend((tx) =>
        tx<{ counts: Counts }[]>`select public.add_sync_entries(${orgId}, ${type}, ${
          tx.json(entries as never)
        }, readmit => ${readmit}) as counts`
      );
      assert.ok(row);
      return row.counts;
    },
    async settle(entry_key, resolution) {
      await backend((tx) =>
        tx`select public.settle_sync_entries(${orgId}, ${type}, (
          select jsonb_build_array(jsonb_build_object('entry_key', e.entry_key, 'resolution', ${resolution}::text,
            'sent_at', e.sent_at))
          from public.sync_export_entries e
          where e.integration_id = ${integrationId} and e.entry_key = ${entry_key}), 'Looked it up.')`
      );
    },
    async withdraw(entry_keys) {
      const [row] = await backend((tx) =>
        tx<{ answer: unknown }[]>`select public.withdraw_sync_entries(${orgId}, ${type},
          ${[...entry_keys]}, 'A mistake.') as answer`
      );
      return row?.answer;
    },
    async press() {
      const [run] = await backend((tx) =>
        tx<{ run_id: string }[]>`select run_id from public.trigger_integration_sync(${orgId}, ${type})`
      );
      assert.ok(run);
      return run.run_id;
    },
    run: async () => await bench.end(await bench.press()),
    end: (runId) =>
      until("the run has ended", async () => {
        await moveOn(sql, runId);
        const run = await readRun(sql, runId);
        return run.finished_at !== null && run;
      }, { timeoutMs: 180_000, everyMs: 300 }),
    async states() {
      const rows = await sql<{ entry_key: string; state: string }[]>`
        select entry_key, state || case when conflict_at is null then '' else ', conflict' end as state
        from public.sync_export_entries where integration_id = ${integrationId} order by entry_id`;
      return Object.fromEntries(rows.map(({ entry_key, state }) => [entry_key, state]));
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  };
  return bench;
}
