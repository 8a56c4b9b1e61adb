/**
 * A session that may run SQL as `authenticated` (an injection in a host's own function is enough) makes temporary types,
 * functions and tables under the names that our functions use. None of its code may run as the owner of a definer.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { TransactionSql } from "postgres";
import { usePlatform } from "../../support/platform.ts";
import { createTenant } from "../../support/tenant.ts";

// Types that the functions declare variables and casts of.
const TYPES = [
  "text",
  "uuid",
  "integer",
  "int4",
  "numeric",
  "boolean",
  "bool",
  "timestamptz",
  "interval",
  "jsonb",
  "bytea",
];
// Functions and tables that a body calls or reads.
const FUNCTIONS = ["now()", "clock_timestamp()", "length(pg_catalog.text)", "btrim(pg_catalog.text)"];
const TABLES = ["settings", "sync_integrations", "sync_run_log", "organization_members"];

async function plant(tx: TransactionSql): Promise<void> {
  await tx.unsafe(`
    -- A sequence: what ran in a call that failed is not rolled back from it.
    create temporary sequence escaped;
    grant all on sequence escaped to public;
    create function pg_temp.spy() returns pg_catalog.bool language plpgsql as
      'begin if current_user <> ''authenticated'' then perform pg_catalog.nextval(''pg_temp.escaped''); end if; return true; end';
    grant execute on function pg_temp.spy() to public;`);
  for (const type of TYPES) {
    await tx.unsafe(
      `create domain pg_temp."${type}" as pg_catalog."${REAL[type] ?? type}" check (pg_temp.spy())`,
    );
  }
  for (const name of FUNCTIONS) {
    const returns = name.startsWith("length") ? "int4" : name.startsWith("btrim") ? "text" : "timestamptz";
    await tx.unsafe(`create function pg_temp.${name} returns pg_catalog.${returns} language plpgsql as
      'begin perform pg_temp.spy(); return null; end'`);
  }
  for (const name of TABLES) {
    await tx.unsafe(`create temporary table "${name}" (trap pg_catalog.bool default pg_temp.spy())`);
  }
}
const REAL: Readonly<Record<string, string>> = { integer: "int4", boolean: "bool" };

/** A call of a function with plausible arguments: what has no better value is null. */
function callOf(name: string, args: readonly string[], values: Readonly<Record<string, string>>): string {
  return `select ${name}(${args.map((arg) => `"${arg}" => ${values[arg] ?? "null"}`).join(", ")})`;
}

Deno.test("no definer runs a caller's temporary code as its owner", async (t) => {
  const platform = await usePlatform();
  await using database = platform.connect({ max: 1 });
  const { sql } = database;
  const tenant = await createTenant(sql, platform, { entries: 1 });
  const functions = await sql<{ name: string; args: string[] }[]>`
    select p.oid::regproc::text as name, coalesce(p.proargnames[1:p.pronargs], '{}') as args
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where p.prosecdef and n.nspname in ('public', 'sync_scheduler') and p.prorettype <> 'trigger'::regtype
      and has_function_privilege('authenticated', p.oid, 'execute')
      and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
    order by 1`;
  assert.ok(functions.some(({ name }) => name === "trigger_integration_sync"), "the functions were found");

  const escapes = async (statement: string): Promise<boolean> => {
    let escaped = false;
    await sql.begin(async (tx) => {
      await tx.unsafe(CONTROL);
      await tx`select set_config('request.jwt.claims', ${
        JSON.stringify({ role: "authenticated", sub: tenant.userIds.admin })
      }, true)`;
      await tx.unsafe("set local role authenticated");
      await plant(tx);
      await tx.savepoint((point) => point.unsafe(statement)).catch(() => {});
      const [row] = await tx<{ escaped: boolean }[]>`select is_called as escaped from pg_temp.escaped`;
      escaped = row?.escaped ?? true;
      throw new Rollback();
    }).catch((error) => {
      if (!(error instanceof Rollback)) throw error;
    });
    return escaped;
  };

  await t.step("the attack works on a definer with an empty search_path", async () => {
    assert.equal(await escapes("select public.sync_test_control('x')"), true);
  });
  const soon = "pg_catalog.now() + '1 day'";
  const values = {
    org_id: `'${tenant.orgId}'`,
    integration_type: "'webhook'",
    reason: "'why'",
    changes: `'{"max_attempts": 4}'`,
    credentials: `'{"signing_secret": "whsec_${btoa("a".repeat(32))}"}'`,
    from: "pg_catalog.now() - '1 day'",
    to: "pg_catalog.now()",
    n: "3",
    resume_at: soon,
    entries: `'[{"entry_key": "entry-1", "resolution": "exported"}]'`,
    entry_keys: "'{entry-1}'",
    idempotency_key: "'key'",
  };
  for (const { name, args } of functions) {
    await t.step(name, async () => {
      assert.equal(await escapes(callOf(name, args, values)), false);
    });
  }
});

class Rollback extends Error {}

const CONTROL = `
create function public.sync_test_control(value pg_catalog.text) returns void
language plpgsql security definer set search_path = '' as $$
declare
  copied text := value;
begin
  perform copied;
end;
$$;
grant execute on function public.sync_test_control(pg_catalog.text) to authenticated;`;
