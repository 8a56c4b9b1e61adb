/** What clients rely on in Realtime. Passes on a whole stack's and on the stand-in. */
import assert from "node:assert/strict";
import { SignJWT } from "jose";
import type { Sql } from "postgres";
import { until } from "../../../local/wait.ts";
import { listen } from "../../support/changes.ts";
import { connect } from "../../support/connect.ts";

import { embeddedOnly, localTest } from "../../support/local_only.ts";
import { usePlatform } from "../../support/platform.ts";
import { apiClient, createTenant, type Tenant } from "../../support/tenant.ts";

type Status = "running" | "succeeded";

/** Puts a run into the log that no worker has. */
async function addRun(sql: Sql, { orgId, integrationId }: Tenant, status: Status): Promise<string> {
  const [row] = await sql<{ run_id: string }[]>`
    insert into public.sync_run_log (org_id, integration_id, integration_type, status, triggered_by, triggered_at,
      deadline_at, started_at, finished_at)
    values (${orgId}, ${integrationId}, 'webhook', ${status}, 'api', '2026-11-25 10:00:00.123456+00',
      now() + interval '1 hour', now(), ${status === "succeeded" ? sql`now()` : null})
    returning run_id`;
  assert.ok(row);
  return row.run_id;
}

/** For one thing on a connection that a crash may not have seen. */
async function withSql<T>({ dbUrl }: { dbUrl: string }, work: (sql: Sql) => Promise<T>): Promise<T> {
  await using database = connect(dbUrl);
  return await work(database.sql);
}

async function finish(sql: Sql, runId: string): Promise<void> {
  await sql`update public.sync_run_log set status = 'succeeded', finished_at = now(), entries_done = 7
    where run_id = ${runId}`;
}

Deno.test("Realtime reports a run's changes to a member, with the values that the API gives", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const { sql } = database;
  const tenant = await createTenant(sql, platform);
  const client = await tenant.signIn("viewer");
  await using listener = await listen(client);

  const runId = await addRun(sql, tenant, "running");
  const inserted = await listener.until("the insert", (change) => change.eventType === "INSERT");
  assert.equal(inserted.table, "sync_run_log");
  assert.deepEqual(inserted.old, {});
  assert.equal(inserted.new["status"], "running");
  assert.equal(inserted.new["triggered_at"], "2026-11-25T10:00:00.123456+00:00");
  assert.equal(inserted.new["finished_at"], null);
  assert.ok(Number.isFinite(Date.parse(inserted.commit_timestamp)));

  await finish(sql, runId);
  const updated = await listener.until("the update", (change) => change.eventType === "UPDATE");
  assert.deepEqual(updated.old, { run_id: runId });
  assert.equal(updated.new["entries_done"], 7);
  assert.equal(updated.new["version"], 2);
  const { data } = await client.from("sync_run_log").select().eq("run_id", runId).single();
  assert.deepEqual(Object.keys(updated.new).sort(), Object.keys(data ?? {}).sort());

  await sql`delete from public.sync_run_log where run_id = ${runId}`;
  const deleted = await listener.until("the deletion", (change) => change.eventType === "DELETE");
  assert.deepEqual(deleted.old, { run_id: runId }, "of a row that no policy can judge, only the key");
  assert.deepEqual(listener.statuses, ["SUBSCRIBED"]);
});

Deno.test("Realtime reports no row to a person who may not read it", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const { sql } = database;
  const [ours, theirs] = [await createTenant(sql, platform), await createTenant(sql, platform)];
  await using listener = await listen(await theirs.signIn("admin"), { event: "INSERT" });

  await addRun(sql, ours, "succeeded");
  const visible = await addRun(sql, theirs, "succeeded");
  // Changes come in their order: ours would be there by now.
  await listener.until("their own run", (change) => change.new["run_id"] === visible);
  assert.deepEqual(listener.changes.map((change) => change.new["org_id"]), [theirs.orgId]);
});

Deno.test("Realtime asks for the rights of now when a person is made a member and is removed", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const { sql } = database;
  const [tenant, own] = [await createTenant(sql, platform), await createTenant(sql, platform)];
  const stranger = tenant.userIds.stranger;
  await sql`insert into public.organization_members (org_id, user_id, role) values (${own.orgId}, ${stranger}, 'viewer')`;
  await using listener = await listen(await tenant.signIn("stranger"), { event: "INSERT" });

  await sql`insert into public.organization_members (org_id, user_id, role)
    values (${tenant.orgId}, ${stranger}, 'viewer')`;
  const seen = await addRun(sql, tenant, "succeeded");
  await listener.until("the run of the new organisation", (change) => change.new["run_id"] === seen);
  await sql`delete from public.organization_members where org_id = ${tenant.orgId} and user_id = ${stranger}`;
  await addRun(sql, tenant, "succeeded");
  const last = await addRun(sql, own, "succeeded");
  await listener.until("the run after that", (change) => change.new["run_id"] === last);
  assert.deepEqual(listener.changes.map((change) => change.new["run_id"]), [seen, last]);
});

Deno.test("Realtime applies a filter, and a list of values", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const { sql } = database;
  const tenant = await createTenant(sql, platform);
  const client = await tenant.signIn("coordinator");
  const runId = await addRun(sql, tenant, "running");
  await using one = await listen(client, { event: "UPDATE", filter: `run_id=eq.${runId}` });
  await using final = await listen(client, { filter: "status=in.(succeeded,failed)" });

  await addRun(sql, tenant, "succeeded");
  await finish(sql, runId);
  await one.until("the run's end", (change) => change.new["status"] === "succeeded");
  await final.until("the run's end", (change) => change.new["run_id"] === runId);
  assert.deepEqual(one.changes.map((change) => change.new["run_id"]), [runId]);
  assert.deepEqual(final.changes.map((change) => change.new["status"]), ["succeeded", "succeeded"]);
});

Deno.test("Realtime says so when a table is not published or a filter names no column", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const tenant = await createTenant(database.sql, platform);
  const client = await tenant.signIn("coordinator");
  await using unpublished = await listen(client, { table: "organization_members", wait: false });
  await using unknown = await listen(client, { filter: "nonsense=eq.1", wait: false });
  for (const listener of [unpublished, unknown]) {
    const message = await until("the refusal", () => listener.system[0]);
    assert.match(message, /^Unable to subscribe to changes with given parameters/);
  }
});

Deno.test("Realtime ends a channel that is left, and no longer hears of it", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const { sql } = database;
  const tenant = await createTenant(sql, platform);
  const client = await tenant.signIn("coordinator");
  await using left = await listen(client);
  await using stays = await listen(client);
  assert.equal(await client.removeChannel(left.channel), "ok");
  const runId = await addRun(sql, tenant, "succeeded");
  await stays.until("the run", (change) => change.new["run_id"] === runId);
  assert.deepEqual(left.changes, []);
  assert.equal(left.statuses.at(-1), "CLOSED");
});

/** A token of a person that ends in `seconds`, as Auth signs them. */
function tokenOf(userId: string, secret: string, seconds: number): Promise<string> {
  return new SignJWT({ role: "authenticated", aud: "authenticated" }).setSubject(userId)
    .setExpirationTime(Math.floor(Date.now() / 1000) + seconds).setProtectedHeader({
      alg: "HS256",
      typ: "JWT",
    })
    .sign(new TextEncoder().encode(secret));
}

// The secret is the stack's own: only the embedded platform reveals it.
Deno.test({
  ...embeddedOnly(
    "Realtime closes a channel whose token has expired, and keeps one whose token was refreshed",
  ),
  async fn() {
    const platform = await usePlatform();
    await using database = platform.connect();
    const { sql } = database;
    const tenant = await createTenant(sql, platform);
    const [lapsing, lasting] = [apiClient(platform), apiClient(platform)];
    const tokenFor = (seconds: number) => tokenOf(tenant.userIds.viewer, platform.jwtSecret, seconds);
    // However long it takes to join, that is not what ends it.
    const long = await tokenFor(3600);
    await using lapsed = await listen(lapsing, { token: long });
    await using lasted = await listen(lasting, { token: long });
    const token = await tokenFor(5);
    for (const client of [lapsing, lasting]) await client.realtime.setAuth(token);
    await lasting.realtime.setAuth(await tokenFor(7200));

    await until("the end of the channel", () => lapsed.statuses.includes("CLOSED"));
    assert.match(lapsed.system.at(-1) ?? "", /^Token has expired \d+ seconds ago$/);
    const runId = await addRun(sql, tenant, "succeeded");
    await lasted.until("the run", (change) => change.new["run_id"] === runId);
    assert.deepEqual(lasted.statuses, ["SUBSCRIBED"]);

    await using refused = await listen(apiClient(platform), { token, wait: false });
    await until("the refusal", () => refused.statuses.includes("CHANNEL_ERROR"));
  },
});

localTest("Realtime reads on after a crash of Postgres, and says so", async (platform) => {
  const tenant = await withSql(platform, (sql) => createTenant(sql, platform));
  await using listener = await listen(await tenant.signIn("viewer"));
  await platform.postgres.kill9();
  await platform.postgres.restart();
  await until("the second system message", () => listener.system.length >= 2);
  const runId = await withSql(platform, (sql) => addRun(sql, tenant, "succeeded"));
  await listener.until("the run", (change) => change.new["run_id"] === runId);
  assert.deepEqual(listener.statuses, ["SUBSCRIBED"], "the connection to the client has outlived it");
});

localTest("Realtime reads on after the database was made anew", async (platform) => {
  const before = await withSql(platform, (sql) => createTenant(sql, platform));
  await using first = await listen(await before.signIn("viewer"));
  await platform.recreateDatabase();
  await until("the second system message", () => first.system.length >= 2);
});

localTest("the stand-in loses, doubles and reorders messages when the test asks for it", async (platform) => {
  const { realtime } = platform;
  assert.ok(realtime);
  await using database = connect(platform.dbUrl);
  const { sql } = database;
  const tenant = await createTenant(sql, platform);
  await using listener = await listen(await tenant.signIn("viewer"), { event: "INSERT" });
  const add = () => addRun(sql, tenant, "succeeded");
  const kept: (() => void)[] = [];
  realtime.intercept((_message, send) => {
    kept.push(send);
    if (kept.length < 4) return;
    // Four changes: the first is lost, the third comes before the second, the fourth twice.
    for (const n of [2, 1, 3, 3]) kept[n]?.();
  });
  const runs = [await add(), await add(), await add(), await add()];
  await until("all messages", () => listener.changes.length === 4);
  assert.deepEqual(listener.changes.map((change) => change.new["run_id"]), [2, 1, 3, 3].map((n) => runs[n]));

  realtime.intercept(null);
  const open = await add();
  await listener.until("a message as usual", (change) => change.new["run_id"] === open);
});

localTest("a client comes back by itself after the stand-in was cut off", async (platform) => {
  const { realtime } = platform;
  assert.ok(realtime);
  await using database = connect(platform.dbUrl);
  const tenant = await createTenant(database.sql, platform);
  await using listener = await listen(await tenant.signIn("viewer"));
  realtime.cut();
  await until("the client's word of it", () => listener.statuses.includes("CHANNEL_ERROR"));
  realtime.restore();
  await until("the new subscription", () => listener.system.length >= 2);
  const runId = await addRun(database.sql, tenant, "succeeded");
  await listener.until("the run", (change) => change.new["run_id"] === runId);
});
