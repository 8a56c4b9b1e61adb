/** docs/own-membership.md: a host with accounts and memberships of its own, as its example has them. */
import assert from "node:assert/strict";
import { join } from "node:path";
import type { Sql } from "postgres";
import { root } from "../../../tools/run_deno.ts";
import { useHosts } from "../../support/hosts/hosts.ts";
import { embeddedOnly } from "../../support/local_only.ts";
import { createPeople } from "../../support/people.ts";

const TEAM = "0f000000-0000-4000-8000-000000000001";
const OTHER = "0f000000-0000-4000-8000-000000000002";
const PERSONAL = "0f000000-0000-4000-8000-000000000003";

/** The document's two blocks: the host's tables, and the adapter for them. */
async function example(): Promise<[schema: string, adapter: string]> {
  const text = await Deno.readTextFile(join(root, "docs", "own-membership.md"));
  const [schema = "", adapter = ""] = [...text.matchAll(/^```sql\n([^]*?)^```/gm)].map(([, sql]) =>
    sql ?? ""
  );
  return [schema, adapter];
}

/** Does something as a signed-in person, and rolls it back. */
async function as<T>(sql: Sql, user: string, work: (sql: Sql) => Promise<T>): Promise<T> {
  const connection = await sql.reserve();
  try {
    await connection`begin`;
    const claims = JSON.stringify({ sub: user, role: "authenticated" });
    await connection`select set_config('request.jwt.claims', ${claims}, true)`;
    await connection`set local role authenticated`;
    return await work(connection);
  } finally {
    await connection`rollback`;
    connection.release();
  }
}

Deno.test({
  ...embeddedOnly(
    "a MakerKit-like host uses its own accounts: owners configure, accountants press, others read",
  ),
  fn: async () => {
    const hosts = await useHosts();
    const host = await hosts.create();
    const [schema, adapter] = await example();
    await host.write({ "supabase/migrations/20250101000000_accounts.sql": schema });
    const { code, text } = await host.install("--without-membership");
    assert.equal(code, 0, text);
    await host.push();
    const { sql } = host;
    const people = await createPeople(sql, {
      owner: "owner@host.test",
      accountant: "accountant@host.test",
      member: "member@host.test",
      stranger: "stranger@host.test",
    });
    await sql.unsafe(`
      update sync_scheduler.settings set function_url = 'http://127.0.0.1:9/' where true;
      insert into public.roles values ('owner', 1), ('accountant', 2), ('member', 3);
      insert into public.accounts (id, name, is_personal_account)
      values ('${TEAM}', 'Fjordfisk AS', false), ('${OTHER}', 'Blåbær AS', false), ('${PERSONAL}', 'Astrid', true);
      insert into public.accounts_memberships (user_id, account_id, account_role)
      values ('${people.owner}', '${TEAM}', 'owner'), ('${people.accountant}', '${TEAM}', 'accountant'),
        ('${people.member}', '${TEAM}', 'member'), ('${people.stranger}', '${OTHER}', 'owner'),
        ('${people.owner}', '${PERSONAL}', 'owner');
      insert into public.sync_integrations (org_id, integration_type)
      select id, 'webhook' from public.accounts;`);

    const press = (user: string, org = TEAM) =>
      as(
        sql,
        user,
        (connection) => connection`select status from public.trigger_integration_sync(${org}, 'webhook')`,
      )
        .then(([run]) => run?.status as string, (error: Error) => error.message);
    const seen = (user: string) =>
      as(sql, user, async (connection) => {
        const rows = await connection`select org_id from public.sync_integrations`;
        return rows.map(({ org_id }) => org_id as string);
      });

    // As it was brought, the adapter gives no caller access.
    assert.equal(await press(people.owner), "not_authorized");
    assert.deepEqual(await seen(people.owner), []);

    await host.write({ "supabase/migrations/20991231000000_adapter.sql": adapter });
    await host.push();
    assert.equal(await press(people.owner), "pending");
    assert.equal(await press(people.accountant), "pending");
    assert.equal(await press(people.member), "not_authorized");
    assert.equal(await press(people.stranger), "not_authorized");
    assert.equal(await press(people.owner, PERSONAL), "not_authorized");
    for (const user of [people.owner, people.accountant, people.member]) {
      assert.deepEqual(await seen(user), [TEAM]);
    }
    assert.deepEqual(await seen(people.stranger), [OTHER]);
    const configure = (user: string) =>
      as(
        sql,
        user,
        (connection) =>
          connection`select public.configure_integration_sync(${TEAM}, 'webhook', '{"schedule": "@daily"}', 'test')`,
      )
        .then(() => "saved", (error: Error) => error.message);
    assert.deepEqual([await configure(people.owner), await configure(people.accountant)], [
      "saved",
      "not_authorized",
    ]);

    await sql`delete from public.accounts where id = ${TEAM}`;
    const left = await sql`select org_id from public.sync_integrations order by org_id`;
    assert.deepEqual(left.map(({ org_id }) => org_id as string), [OTHER, PERSONAL]);
    // Also behind the host's later migration, an upgrade leaves the adapter alone.
    assert.match((await host.install()).text, /nothing to do/);

    await host.uninstall("--drop-data");
    await host.push();
    const [rest] = await sql`
      select (select count(*)::int from public.accounts) as accounts, to_regnamespace('sync_scheduler') as ours`;
    assert.deepEqual({ ...rest }, { accounts: 2, ours: null });
  },
});
