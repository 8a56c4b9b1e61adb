/** watchRun against Realtime, with supabase-js as it is: what gets lost on the way must not be missed. */
import assert from "node:assert/strict";
import { createClient } from "@supabase/supabase-js";
import { SignJWT } from "jose";
import type { Sql } from "postgres";
import { type SyncRun, SyncSchedulerRepository } from "../../../src/client/mod.ts";
import type { Platform } from "../../../local/platform.ts";
import { startWebhookReceiver } from "../../../local/vendors/webhook_receiver.ts";
import { until } from "../../../local/wait.ts";
import { connect } from "../../support/connect.ts";
import { localTest } from "../../support/local_only.ts";
import { usePlatform } from "../../support/platform.ts";
import { type ApiAccess, createTenant, type Tenant } from "../../support/tenant.ts";

/** A repository of a signed-in coordinator, and the requests that it makes of the Data API. */
async function signIn(access: ApiAccess, tenant: Tenant) {
  const requests: string[] = [];
  const session = await (await tenant.signIn("coordinator")).auth.getSession();
  const supabase = createClient(access.apiUrl, access.publishableKey, {
    accessToken: () => Promise.resolve(session.data.session?.access_token ?? null),
    global: {
      fetch: (input, init) => {
        const { pathname } = new URL(input instanceof Request ? input.url : input);
        requests.push(`${init?.method ?? "GET"} ${pathname}`);
        return fetch(input, init);
      },
    },
  });
  return { syncs: new SyncSchedulerRepository(supabase), requests };
}

/** A token of the coordinator that ends in `seconds`, as Auth signs them. */
function tokenOf({ userIds }: Tenant, secret: string, seconds: number): Promise<string> {
  return new SignJWT({ role: "authenticated", aud: "authenticated" }).setSubject(userIds.coordinator)
    .setExpirationTime(Math.floor(Date.now() / 1000) + seconds)
    .setProtectedHeader({ alg: "HS256", typ: "JWT" }).sign(new TextEncoder().encode(secret));
}

/** A running run without a worker: its changes are the test's. */
async function addRun(sql: Sql, { orgId, integrationId }: Tenant): Promise<string> {
  const [row] = await sql<{ run_id: string }[]>`
    insert into public.sync_run_log (org_id, integration_id, integration_type, status, triggered_by, deadline_at, started_at)
    values (${orgId}, ${integrationId}, 'webhook', 'running', 'api', now() + interval '1 hour', now())
    returning run_id`;
  assert.ok(row);
  return row.run_id;
}

const progress = (sql: Sql, runId: string, done: number) =>
  sql`update public.sync_run_log set entries_done = ${done} where run_id = ${runId}`;
const finish = (sql: Sql, runId: string) =>
  sql`update public.sync_run_log set status = 'succeeded', finished_at = now() where run_id = ${runId}`;

/** Everything that a watcher says, and a promise of its end. */
function follow(syncs: SyncSchedulerRepository, runId: string) {
  const runs: SyncRun[] = [];
  const lives: boolean[] = [];
  const over = new Promise<void>((resolve, reject) => {
    syncs.followRun(runId, {
      onRun: (run) => void runs.push(run),
      onLive: (live) => void lives.push(live),
      onEnd: resolve,
      onError: reject,
    });
  });
  return { runs, lives, over, untilLive: () => until("Realtime", () => lives.at(-1) === true) };
}

function assertInOrder(runs: readonly SyncRun[]): void {
  const versions = runs.map((run) => Number(run.version));
  assert.deepEqual(versions, [...new Set(versions)].toSorted((a, b) => a - b));
}

Deno.test("a press is watched to its end, and nothing is asked while Realtime is healthy", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  await using receiver = await startWebhookReceiver();
  receiver.misbehave({ kind: "hold" });
  const tenant = await createTenant(database.sql, platform, {
    receiver,
    entries: 40,
    config: { batch_size: 10 },
  });
  const { syncs, requests } = await signIn(platform, tenant);

  const known = await syncs.triggerManualSync(tenant.orgId, "webhook");
  const watch = follow(syncs, known.run_id);
  await watch.untilLive();
  const before = requests.length;
  await until("the request that is held", () => receiver.requests.length > 0);
  receiver.release();
  await watch.over;

  assertInOrder(watch.runs);
  assert.deepEqual([watch.runs.at(-1)?.status, watch.runs.at(-1)?.entries_done], ["succeeded", 40]);
  // What changed before Realtime listened: one look, and one more if another was under way.
  assert.ok(requests.length - before <= 2, requests.join(", "));
});

Deno.test("a run is iterated over to its end", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  await using receiver = await startWebhookReceiver();
  const tenant = await createTenant(database.sql, platform, { receiver, entries: 3 });
  const { syncs } = await signIn(platform, tenant);
  const known = await syncs.triggerManualSync(tenant.orgId, "webhook");
  const runs: SyncRun[] = [];
  for await (const run of syncs.watchRun(known.run_id, { known })) runs.push(run);
  assertInOrder(runs);
  assert.deepEqual([runs[0]?.status, runs.at(-1)?.status], ["pending", "succeeded"]);
});

Deno.test("watches that are given up at any moment end with their reason, and leave no channel behind", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const tenant = await createTenant(database.sql, platform);
  const runId = await addRun(database.sql, tenant);
  const supabase = await tenant.signIn("coordinator");
  const syncs = new SyncSchedulerRepository(supabase);
  const ends = Array.from({ length: 30 }, async (_, n) => {
    const abort = new AbortController();
    const reason = new Error(`watch ${n}`);
    // From before the first request to after the channel has been joined.
    setTimeout(() => abort.abort(reason), n * 4);
    const last = Array.fromAsync(syncs.watchRun(runId, { signal: abort.signal }));
    await assert.rejects(last, (error) => error === reason);
  });
  await Promise.all(ends);
  await until("no channel", () => supabase.getChannels().length === 0);
});

localTest("a watcher misses nothing when Realtime loses, doubles and reorders messages", async (platform) => {
  const { realtime } = platform;
  assert.ok(realtime);
  await using database = connect(platform.dbUrl);
  const { sql } = database;
  const tenant = await createTenant(sql, platform);
  const { syncs } = await signIn(platform, tenant);
  const runId = await addRun(sql, tenant);
  const watch = follow(syncs, runId);
  await watch.untilLive();

  const kept: (() => void)[] = [];
  realtime.intercept((_message, send) => {
    kept.push(send);
    // The first is lost, the third comes before the second, and the fourth twice.
    if (kept.length === 4) { for (const n of [2, 1, 3, 3]) kept[n]?.(); }
  });
  for (const done of [1, 2, 3, 4]) await progress(sql, runId, done);
  await until("the fourth", () => watch.runs.at(-1)?.entries_done === 4);
  realtime.intercept(null);
  await finish(sql, runId);
  await watch.over;
  assertInOrder(watch.runs);
  assert.deepEqual(watch.runs.slice(-2).map((run) => [run.status, run.entries_done]), [["running", 4], [
    "succeeded",
    4,
  ]]);
});

localTest(
  "a watcher goes on when Realtime is cut off in the middle of a run, and polls meanwhile",
  async (platform) => {
    const { realtime } = platform;
    assert.ok(realtime);
    await using database = connect(platform.dbUrl);
    const { sql } = database;
    const tenant = await createTenant(sql, platform);
    const { syncs } = await signIn(platform, tenant);
    const runId = await addRun(sql, tenant);
    const watch = follow(syncs, runId);
    await watch.untilLive();

    realtime.cut();
    await until("the watcher to notice", () => watch.lives.at(-1) === false);
    await progress(sql, runId, 1);
    await until("the row that was polled", () => watch.runs.at(-1)?.entries_done === 1);
    realtime.restore();
    await watch.untilLive();
    await finish(sql, runId);
    await watch.over;
    assert.deepEqual(watch.lives, [true, false, true]);
  },
);

localTest(
  "a watcher goes on after a crash of Postgres, whose changes Realtime did not read",
  async (platform) => {
    const { tenant, runId } = await withSql(platform, async (sql) => {
      const tenant = await createTenant(sql, platform);
      return { tenant, runId: await addRun(sql, tenant) };
    });
    const { syncs } = await signIn(platform, tenant);
    const watch = follow(syncs, runId);
    await watch.untilLive();
    await platform.postgres.kill9();
    await platform.postgres.restart();
    await withSql(platform, (sql) => finish(sql, runId));
    await watch.over;
    assert.equal(watch.runs.at(-1)?.status, "succeeded");
  },
);

localTest("a watcher goes on with a new token when the old one has expired", async (platform) => {
  await using database = connect(platform.dbUrl);
  const { sql } = database;
  const tenant = await createTenant(sql, platform);
  const runId = await addRun(sql, tenant);
  // Whenever it is asked for, however long it takes to join: the first channel has one that is about to expire.
  const seen: { lives: readonly boolean[] } = { lives: [] };
  const supabase = createClient(platform.apiUrl, platform.publishableKey, {
    accessToken: () => tokenOf(tenant, platform.jwtSecret, seen.lives.includes(true) ? 3600 : 5),
  });
  const watch = follow(new SyncSchedulerRepository(supabase), runId);
  seen.lives = watch.lives;
  await until("Realtime", () => watch.lives.includes(true));
  await until("the server to close the channel", () => watch.lives.includes(false));
  await watch.untilLive();
  await finish(sql, runId);
  await watch.over;
  assert.deepEqual(watch.lives, [true, false, true]);
});

async function withSql<T>(
  { dbUrl }: Platform | { dbUrl: string },
  work: (sql: Sql) => Promise<T>,
): Promise<T> {
  await using database = connect(dbUrl);
  return await work(database.sql);
}
