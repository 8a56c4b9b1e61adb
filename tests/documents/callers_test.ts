/** docs/reference/callers.md: what it shows runs, and loses no row. */
import assert from "node:assert/strict";
import type { TransactionSql } from "postgres";
import { usePlatform } from "../support/platform.ts";
import { createTenant } from "../support/tenant.ts";

class Rollback extends Error {}

async function blocks(): Promise<string[]> {
  const page = await Deno.readTextFile(new URL("../../docs/reference/callers.md", import.meta.url));
  return [...page.matchAll(/^```sql\n([^]*?)^```/gm)].map(([, sql = ""]) => sql);
}

Deno.test("the trigger of docs/reference/callers.md keeps the row for every writer", async (t) => {
  const platform = await usePlatform();
  await using database = platform.connect({ max: 1 });
  const tenant = await createTenant(database.sql, platform, { entries: 1 });
  const example = (await blocks()).at(-1) ?? "";

  /** Writes an invoice as this caller; answers how many there are, and what started the runs. */
  const write = async (prepare: (tx: TransactionSql) => Promise<unknown>, times = 1) => {
    let seen: unknown;
    await database.sql.begin(async (tx) => {
      await tx.unsafe("create table public.invoices (org_id uuid not null)");
      await tx.unsafe("grant insert on public.invoices to authenticated");
      await tx.unsafe(example);
      await prepare(tx);
      for (let n = 0; n < times; n++) await tx`insert into public.invoices values (${tenant.orgId})`;
      await tx`reset role`;
      const [row] = await tx`
        select (select count(*)::int from public.invoices) as invoices, array(
          select r.triggered_by::text from public.sync_run_log r where r.org_id = ${tenant.orgId}) as runs`;
      seen = { ...row };
      throw new Rollback();
    }).catch((error) => {
      if (!(error instanceof Rollback)) throw error;
    });
    return seen;
  };
  const person = (id: string) => async (tx: TransactionSql) => {
    const claims = JSON.stringify({ role: "authenticated", sub: id });
    await tx`select set_config('request.jwt.claims', ${claims}, true)`;
    await tx`set local role authenticated`;
  };

  await t.step("a coordinator starts a sync, a second row finds it active", async () => {
    assert.deepEqual(await write(person(tenant.userIds.coordinator), 2), { invoices: 2, runs: ["manual"] });
  });
  await t.step("a viewer and a foreign sign-in start none", async () => {
    assert.deepEqual(await write(person(tenant.userIds.viewer)), { invoices: 1, runs: [] });
    assert.deepEqual(await write(person("user_2b")), { invoices: 1, runs: [] });
  });
  await t.step("the host itself starts one as api", async () => {
    assert.deepEqual(await write(() => Promise.resolve()), { invoices: 1, runs: ["api"] });
  });
});

Deno.test("a definer function of the owner delivers entries in a person's request", async () => {
  const platform = await usePlatform();
  await using database = platform.connect({ max: 1 });
  const tenant = await createTenant(database.sql, platform);
  let added: unknown;
  await database.sql.begin(async (tx) => {
    await tx.unsafe(`
      create function public.deliver(org uuid) returns jsonb language sql security definer as $$
        select public.add_sync_entries(org, 'webhook', '[{"entry_key": "a", "period": "2026-10", "document_number": "1", "payload": {}}]')
      $$;
      grant execute on function public.deliver(uuid) to authenticated`);
    await tx`select set_config('request.jwt.claims', ${
      JSON.stringify({ sub: tenant.userIds.viewer })
    }, true)`;
    await tx`set local role authenticated`;
    const [row] = await tx<{ answer: { added: number } }[]>`select public.deliver(${tenant.orgId}) as answer`;
    added = row?.answer.added;
    throw new Rollback();
  }).catch((error) => {
    if (!(error instanceof Rollback)) throw error;
  });
  assert.equal(added, 1);
});
