import assert from "node:assert/strict";
import { join } from "node:path";
import type { Sql } from "postgres";
import { untilChecked } from "../../support/checks.ts";
import { connect } from "../../support/connect.ts";
import { localTest } from "../../support/local_only.ts";
import { usePlatform } from "../../support/platform.ts";
import { assertExportedOnce, untilStatus } from "../../support/runs.ts";
import { createTenant, trigger } from "../../support/tenant.ts";

/** The cooldown of checks is over. */
async function coolDown(sql: Sql, integrationId: string): Promise<void> {
  await sql`update sync_scheduler.connection_checks set requested_at = requested_at - interval '1 minute'
    where integration_id = ${integrationId}`;
}

/** Everything that the parts of the platform have written down, but the database itself. */
async function readLogs(scratch: string): Promise<string> {
  const texts: string[] = [];
  for (const entry of await Array.fromAsync(Deno.readDir(scratch))) {
    const path = join(scratch, entry.name);
    if (entry.isFile) texts.push(await Deno.readTextFile(path));
    else texts.push(await Deno.readTextFile(join(path, "postgres.log")).catch(() => ""));
  }
  return texts.join("\n");
}

/** The integration's alerts: kind, and whether it is open. */
async function alertsOf(sql: Sql, integrationId: string): Promise<string[]> {
  const alerts = await sql<{ kind: string; open: boolean }[]>`
    select kind::text, resolved_at is null as open from public.sync_alerts
    where integration_id = ${integrationId} order by kind::text desc`;
  return alerts.map(({ kind, open }) => `${kind} ${open ? "open" : "over"}`);
}

localTest(
  "refused credentials need attention once a sync has met them, until an admin stores good ones, and no part writes any down",
  async ({ receiver, scratch, ...platform }) => {
    await using database = connect(platform.dbUrl);
    const { sql } = database;
    const good = `whsec_${btoa("god-nok-hemmelighet-til-alle")}`;
    const wrong = `whsec_${btoa("feil-hemmelighet-for-dette")}`;
    const tenant = await createTenant(sql, platform, { receiver, entries: 20 });
    receiver.requireSignature([good]);
    const id = tenant.integrationId;
    const target = { org_id: tenant.orgId, integration_type: "webhook" };
    const [admin, coordinator] = await Promise.all([tenant.signIn("admin"), tenant.signIn("coordinator")]);

    const stored = await admin.rpc("set_integration_credentials", {
      ...target,
      credentials: { signing_secret: wrong },
    });
    assert.equal(stored.error, null);
    assert.deepEqual([stored.data.status, stored.data.checked_at], ["unknown", null]);
    const reached = await untilChecked(coordinator, id);
    assert.equal(
      reached.status,
      "healthy",
      "a receiver that refuses HEAD shows that it is there, and nothing else",
    );

    const failed = await untilStatus(sql, await trigger(tenant), "failed", "succeeded");
    assert.deepEqual([failed.status, failed.error_code, failed.attempt], [
      "failed",
      "webhook_access_refused",
      1,
    ]);
    const { data: refused } = await coordinator.from("sync_integration_health").select()
      .eq("integration_id", id).single().throwOnError();
    assert.equal(refused.status, "needs_attention");
    assert.match(
      refused.last_error_message ?? "",
      /^The receiver refused access\. Check that both sides have/,
    );
    assert.deepEqual(await alertsOf(sql, id), ["run_failed open"]);

    // A form that is sent half filled in.
    await coolDown(sql, id);
    const half = await admin.rpc("set_integration_credentials", {
      ...target,
      credentials: { signing_secret: wrong.slice(6) },
    });
    assert.equal(half.error, null);
    const invalid = await untilChecked(coordinator, id);
    assert.equal(
      invalid.last_error_message,
      "The signing secret is not valid: signing_secret must be whsec_ and the base64 of 24 to 64 bytes.",
    );

    assert.deepEqual(await alertsOf(sql, id), ["run_failed open", "needs_attention open"]);

    await coolDown(sql, id);
    const fixed = await admin.rpc("set_integration_credentials", {
      ...target,
      credentials: { signing_secret: good },
      reason: "Both sides have the same one now.",
    });
    assert.equal(fixed.error, null);
    const well = await untilChecked(coordinator, id);
    assert.deepEqual([well.status, well.last_error_code], ["healthy", null]);
    assert.ok(Number(well.latency_ms) >= 0);
    assert.deepEqual(await alertsOf(sql, id), ["run_failed open", "needs_attention over"]);

    await sql`update public.sync_integrations set manual_cooldown = '0 seconds' where id = ${id}`;
    await untilStatus(sql, await trigger(tenant), "succeeded");
    await assertExportedOnce(sql, id, receiver, 20);
    assert.deepEqual(await alertsOf(sql, id), ["run_failed over", "needs_attention over"]);

    // What goes wrong must not quote them either.
    const { data: { session } } = await admin.auth.getSession();
    const raw = async (body: string): Promise<[number, string]> => {
      const answer = await fetch(`${platform.apiUrl}/rest/v1/rpc/set_integration_credentials`, {
        method: "POST",
        headers: {
          apikey: platform.publishableKey,
          Authorization: `Bearer ${session?.access_token}`,
          "Content-Type": "application/json",
        },
        body,
      });
      return [answer.status, await answer.text()];
    };
    const call = (credentials: unknown, more: object = {}) =>
      JSON.stringify({ ...target, credentials, ...more });
    // However long the run took, it is too soon.
    await sql`update sync_scheduler.connection_checks set requested_at = now() where integration_id = ${id}`;
    for (
      const [what, status, body] of [
        ["too soon", 429, call({ signing_secret: good })],
        ["a list", 422, call([good])],
        ["a text", 422, call(good)],
        ["a number of kilobytes", 422, call({ signing_secret: good.repeat(2000) })],
        ["a long reason", 422, call({ signing_secret: good }, { reason: "x".repeat(501) })],
        ["another parameter", 404, call({ signing_secret: good }, { secret: good })],
        ["no JSON", 400, `{"credentials": {"signing_secret": "${good}"`],
      ] as const
    ) {
      const [answered, text] = await raw(body);
      assert.equal(answered, status, `${what}: ${text.slice(0, 300)}`);
      assert.ok(!text.includes(good), `${what}: ${text.slice(0, 300)}`);
    }
    const logs = await readLogs(scratch);
    assert.match(logs, /"event":"check_ended"/, "the function's log is among them");
    assert.match(logs, /database system is ready/, "and the server's");
    for (const secret of [good, wrong, good.slice(6), wrong.slice(6)]) {
      const at = logs.indexOf(secret);
      assert.ok(at < 0, logs.slice(Math.max(0, at - 500), at + 100));
    }
    // Last: jsonb holds no NUL, and Postgres refuses it before any function is called, with its own words in its own log.
    const [status, text] = await raw(call({ signing_secret: `${good}\0` }));
    assert.equal(status, 400);
    assert.ok(!text.includes(good), text);
  },
);

Deno.test("an error of Vault shows no caller the row that it is about", async () => {
  const platform = await usePlatform();
  await using database = platform.connect({ url: platform.adminUrl });
  const { sql } = database;
  const tenant = await createTenant(sql, platform);
  const undo = new Error("undo");
  await assert.rejects(
    sql.begin(async (tx) => {
      await tx.unsafe(`alter table vault.secrets add constraint refuses_ours
        check (name not like '%${tenant.integrationId}') not valid`);
      await tx`select set_config('request.jwt.claims', ${
        JSON.stringify({ sub: tenant.userIds.admin })
      }, true)`;
      const stored = tx.savepoint((inner) =>
        inner`select public.set_integration_credentials(${tenant.orgId}, 'webhook', '{"token": "hemmelig"}')`
      );
      await assert.rejects(stored, (error: Error & { detail?: string; code?: string }) => {
        assert.deepEqual([error.message, error.code], ["credentials_not_stored", "PT503"]);
        assert.deepEqual(JSON.parse(error.detail ?? ""), { sqlstate: "23514" });
        return true;
      });
      throw undo;
    }),
    undo,
  );
});

Deno.test("presses at once start one connection check, and a forged or repeated answer changes nothing", async () => {
  const platform = await usePlatform();
  await using database = platform.connect({ url: platform.adminUrl });
  const { sql } = database;
  const tenant = await createTenant(sql, platform);
  const [admin, coordinator] = await Promise.all([tenant.signIn("admin"), tenant.signIn("coordinator")]);
  const target = { org_id: tenant.orgId, integration_type: "webhook" };
  const presses = await Promise.all(
    Array.from(
      { length: 6 },
      (_, n) => [admin, coordinator][n % 2]?.rpc("test_integration_connection", target),
    ),
  );
  const refused = presses.flatMap((press) => press?.error ?? []);
  assert.deepEqual(refused.map((error) => error.message), Array(5).fill("rate_limited"));
  for (const { details } of refused) {
    const { retry_after_seconds } = JSON.parse(details);
    assert.ok(retry_after_seconds > 0 && retry_after_seconds <= 30, details);
  }
  // The tenant's address has a port that fetch never connects to.
  const away = await untilChecked(coordinator, tenant.integrationId);
  assert.deepEqual([away.status, away.last_error_code], ["unhealthy", "webhook_port_blocked"]);

  // A check whose request never reaches pg_net's worker.
  await coolDown(sql, tenant.integrationId);
  const delivery = await sql.begin(async (tx) => {
    await tx`select set_config('request.jwt.claims', ${JSON.stringify({ sub: tenant.userIds.admin })}, true)`;
    await tx`select public.test_integration_connection(${tenant.orgId}, 'webhook')`;
    const [taken] = await tx`delete from net.http_request_queue
      where convert_from(body, 'UTF8')::jsonb -> 'probes' -> 0 ->> 'integration_id' = ${tenant.integrationId}
      returning convert_from(body, 'UTF8')::jsonb -> 'probes' -> 0 as probe`;
    return taken?.probe as Record<string, unknown>;
  });
  const deliver = async (changes: object): Promise<number> => {
    const answer = await fetch(`${platform.functionsUrl}/integration-sync`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ kind: "probes", probes: [{ ...delivery, ...changes }] }),
    });
    await answer.body?.cancel();
    return answer.status;
  };
  assert.equal(await deliver({ token: "0".repeat(64) }), 401);
  assert.equal(await deliver({ integration_id: crypto.randomUUID() }), 401);
  assert.equal(await deliver({ integration_id: "1; drop table x" }), 400);
  const answers = await Promise.all(Array.from({ length: 4 }, () => deliver({})));
  assert.deepEqual(answers.sort(), [202, 409, 409, 409]);
  const checked = await untilChecked(coordinator, tenant.integrationId);
  assert.equal(await deliver({}), 409);
  const { data } = await coordinator.from("sync_integration_health").select()
    .eq("integration_id", tenant.integrationId).single();
  assert.deepEqual(data, checked);
});

Deno.test("credentials that are stored at once end up as one secret with one check", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const { sql } = database;
  const tenant = await createTenant(sql, platform);
  const admin = await tenant.signIn("admin");
  const answers = await Promise.all(
    Array.from({ length: 5 }, (_, n) =>
      admin.rpc("set_integration_credentials", {
        org_id: tenant.orgId,
        integration_type: "webhook",
        credentials: { signing_secret: `number ${n}` },
      })),
  );
  const winner = answers.findIndex((answer) => answer.error === null);
  assert.deepEqual(
    answers.map((answer, n) => n === winner ? "stored" : answer.error?.message),
    answers.map((_, n) => n === winner ? "stored" : "rate_limited"),
  );
  const secrets = await sql`select s.decrypted_secret::jsonb ->> 'signing_secret' as stored
    from vault.decrypted_secrets s join sync_scheduler.integration_credentials c on c.secret_id = s.id
    where s.name like ${`%${tenant.integrationId}`}`;
  assert.deepEqual([...secrets], [{ stored: `number ${winner}` }]);
});
