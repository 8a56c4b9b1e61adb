/** Who counts as the host: real logins, because nothing else can change `session_user`. */
import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { connect } from "../../support/connect.ts";
import { embeddedOnly } from "../../support/local_only.ts";
import { usePlatform } from "../../support/platform.ts";
import { createTenant, type Tenant } from "../../support/tenant.ts";

class Rollback extends Error {}

/** What a press answers, after these settings of the session; everything is rolled back. */
async function press(sql: Sql, { orgId }: Tenant, ...settings: string[]): Promise<string> {
  let answer = "";
  await sql.begin(async (tx) => {
    for (const setting of settings) await tx.unsafe(setting);
    answer = await tx.savepoint((point) =>
      point<{ text: string }[]>`
        select triggered_by || ' ' || coalesce(triggered_by_user_id::text, 'no person') as text
        from public.trigger_integration_sync(${orgId}, 'webhook')`
    ).then(([run]) => run?.text ?? "", (error: Error) => error.message);
    throw new Rollback();
  }).catch((error) => {
    if (!(error instanceof Rollback)) throw error;
  });
  return answer;
}

const claims = (value: string) => `select set_config('request.jwt.claims', '${value}', true)`;

Deno.test("the owner of the bundle triggers as api when it has no claims", async (t) => {
  const platform = await usePlatform();
  await using database = platform.connect({ max: 1 });
  const tenant = await createTenant(database.sql, platform, { entries: 1 });
  const as = (...settings: string[]) => press(database.sql, tenant, ...settings);

  await t.step("accepts it without claims, and with empty ones", async () => {
    assert.equal(await as(), "api no person");
    assert.equal(await as(claims("")), "api no person");
  });
  await t.step("acts as the person whom the claims name", async () => {
    assert.equal(await as(claims(`{"sub": "${tenant.userIds.viewer}"}`)), "not_authorized");
    assert.equal(
      await as(claims(`{"sub": "${tenant.userIds.coordinator}"}`)),
      `manual ${tenant.userIds.coordinator}`,
    );
    assert.equal(await as(claims("{}")), "not_authenticated");
    const legacy = "select set_config('request.jwt.claim.sub', 'user_2b', true)";
    assert.equal(await as(legacy), "unsupported_identity");
  });
  await t.step("refuses each role of the API without claims", async () => {
    assert.equal(await as("set local role authenticated"), "not_authenticated");
    assert.equal(await as("set local role service_role"), "not_authenticated");
    assert.equal(await as("set local role service_role", claims("")), "not_authenticated");
    assert.match(await as("set local role anon"), /permission denied/);
    // Also when the host has granted it to anon.
    const grant = "grant execute on function public.trigger_integration_sync(uuid, text, text) to anon";
    assert.equal(await as(grant, "set local role anon"), "not_authenticated");
  });
  await t.step("refuses a person's request that a definer function of the host passes on", async () => {
    const wrapper = `
      create function public.wrapper(org uuid) returns text language sql security definer as
      $$ select triggered_by::text from public.trigger_integration_sync(org, 'webhook') $$;
      grant execute on function public.wrapper(uuid) to authenticated`;
    let message = "";
    await database.sql.begin(async (tx) => {
      await tx.unsafe(wrapper);
      await tx.unsafe("set local role authenticated");
      await tx`select public.wrapper(${tenant.orgId})`;
    }).catch((error: Error) => message = error.message);
    assert.equal(message, "not_authenticated");
  });
  await t.step("host_roles takes no role of the API", async () => {
    for (const role of ["anon", "authenticated", "service_role", "authenticator"]) {
      await assert.rejects(
        database.sql.begin((tx) => tx`update sync_scheduler.settings set host_roles = ${[role]}`),
        { code: "23514" },
      );
    }
  });
});

Deno.test({
  ...embeddedOnly("authenticator and logins inside authenticated are no host"),
  fn: async (t) => {
    const platform = await usePlatform();
    await using database = platform.connect();
    const tenant = await createTenant(database.sql, platform, { entries: 1 });
    const login = `login_${crypto.randomUUID().replaceAll("-", "")}`;
    const [admin, address] = [connect(platform.adminUrl, 1), new URL(platform.dbUrl)];
    try {
      await admin.sql.unsafe(`create role ${login} login inherit password 'secret' in role authenticated`);
      address.username = "authenticator";
      await using authenticator = connect(address.href, 1);
      Object.assign(address, { username: login, password: "secret" });
      await using member = connect(address.href, 1);

      await t.step("authenticator is refused as every role that it can become", async () => {
        assert.match(await press(authenticator.sql, tenant), /permission denied/);
        for (const role of ["authenticated", "service_role"]) {
          assert.equal(
            await press(authenticator.sql, tenant, `set local role ${role}`, claims("")),
            "not_authenticated",
          );
        }
        assert.match(await press(authenticator.sql, tenant, "set local role anon"), /permission denied/);
      });
      await t.step("authenticator is refused even when it may execute the function", async () => {
        const right = "execute on function public.trigger_integration_sync(uuid, text, text)";
        await database.sql.unsafe(`grant ${right} to authenticator`);
        try {
          assert.equal(await press(authenticator.sql, tenant), "not_authenticated");
          assert.equal(await press(authenticator.sql, tenant, claims("")), "not_authenticated");
        } finally {
          await database.sql.unsafe(`revoke ${right} from authenticator`);
        }
      });
      await t.step("a login inside authenticated is refused until host_roles names it", async () => {
        assert.equal(await press(member.sql, tenant), "not_authenticated");
        assert.equal(await press(member.sql, tenant, claims("")), "not_authenticated");
        await database.sql`update sync_scheduler.settings set host_roles = ${[login]}`;
        try {
          assert.equal(await press(member.sql, tenant), "api no person");
          assert.equal(await press(member.sql, tenant, "set local role authenticated"), "not_authenticated");
        } finally {
          await database.sql`update sync_scheduler.settings set host_roles = '{}'`;
        }
      });
    } finally {
      await admin.sql.unsafe(`drop role if exists ${login}`);
      await admin[Symbol.asyncDispose]();
    }
  },
});
