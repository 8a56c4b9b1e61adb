/**
 * Whose address gets the one-time tokens when none is set: that of the caller's own session, and of the first press only.
 * The forms of an issuer are in `supabase/tests/settings/signed_function_url.test.sql`.
 *
 * @module
 */
import assert from "node:assert/strict";
import { decodeJwt, SignJWT } from "jose";
import type { Sql } from "postgres";
import { until } from "../../local/wait.ts";
import { connect } from "../support/connect.ts";
import { localTest } from "../support/local_only.ts";
import { createTenant, type Tenant } from "../support/tenant.ts";

const first = "abcdefghijklmnopqrst";
const second = "bcdefghijklmnopqrstu";
const addressOf = (project: string) => `https://${project}.supabase.co/functions/v1/integration-sync`;

/** No address is set, and nothing leaves: these are addresses of the internet. */
async function prepare(admin: Sql): Promise<void> {
  await admin`update sync_scheduler.settings set function_url = null`;
  await admin.unsafe(`
    create function public.stay() returns trigger language plpgsql as 'begin return null; end';
    create trigger stay before insert on net.http_request_queue for each row execute function public.stay();`);
}

const stored = async (sql: Sql) =>
  (await sql`select function_url from sync_scheduler.settings`)[0]?.["function_url"];

/** Opens a transaction in which the coordinator, signed in at this project, presses. */
async function openPress(sql: Sql, tenant: Tenant, project: string) {
  const userId = tenant.userIds.coordinator;
  const sessionId = crypto.randomUUID();
  await sql`insert into auth.sessions (id, user_id, created_at, updated_at) values (${sessionId}, ${userId}, now(), now())`;
  const connection = await sql.reserve();
  await connection`begin`;
  await connection`select set_config('request.jwt.claims', ${
    JSON.stringify({
      iss: `https://${project}.supabase.co/auth/v1`,
      role: "authenticated",
      sub: userId,
      session_id: sessionId,
    })
  }, true)`;
  return {
    press: () =>
      connection`select from public.trigger_integration_sync(${tenant.orgId}, 'webhook')`.then(() => {}),
    async end(how: "commit" | "rollback") {
      await connection.unsafe(how);
      connection.release();
    },
  };
}

for (
  const [how, winner, name] of [
    ["commit", first, "of two first presses at once the second waits, and the first one's address stays"],
    ["rollback", second, "a first press that waited for one that failed stores its own address"],
  ] as const
) {
  localTest(name, async (platform) => {
    await using database = connect(platform.adminUrl);
    const { sql } = database;
    await prepare(sql);
    const [one, two] = [
      await openPress(sql, await createTenant(sql, platform), first),
      await openPress(sql, await createTenant(sql, platform), second),
    ];
    await one.press();
    let isDone = false;
    const pressed = two.press().then(() => void (isDone = true));
    await until("the second waits for the first", async () => {
      assert.equal(isDone, false, "it did not wait");
      const [waiting] = await sql`select from pg_stat_activity
        where wait_event_type = 'Lock' and query ~ 'trigger_integration_sync' and pid <> pg_backend_pid()`;
      return waiting;
    });
    await one.end(how);
    await pressed;
    await two.end("commit");
    assert.equal(await stored(sql), addressOf(winner));
  });
}

localTest(
  "a press through the API stores the issuer of its session, whatever its headers say",
  async (platform) => {
    await using database = connect(platform.adminUrl);
    const { sql } = database;
    await prepare(sql);
    const tenant = await createTenant(sql, platform);
    const client = await tenant.signIn("coordinator");
    const { data } = await client.auth.getSession();
    const claims = decodeJwt(data.session?.access_token ?? "");
    const press = async (changes: Record<string, unknown>) => {
      const token = await new SignJWT({ ...claims, ...changes }).setProtectedHeader({ alg: "HS256" })
        .sign(new TextEncoder().encode(platform.jwtSecret));
      const answer = await fetch(`${platform.apiUrl}/rest/v1/rpc/trigger_integration_sync`, {
        method: "POST",
        headers: {
          "apikey": platform.publishableKey,
          "authorization": `Bearer ${token}`,
          "content-type": "application/json",
          "x-forwarded-host": `${second}.supabase.co`,
          "x-forwarded-proto": "https",
          "x-original-host": `${second}.supabase.co`,
          "forwarded": `host=${second}.supabase.co;proto=https`,
          "origin": `https://${second}.supabase.co`,
          "referer": `https://${second}.supabase.co/`,
        },
        body: JSON.stringify({ org_id: tenant.orgId, integration_type: "webhook" }),
      });
      return [answer.status, (await answer.json()).message ?? "started"];
    };
    const refused = [503, "function_url_not_configured"];
    assert.deepEqual(await press({}), refused, "a local stack's issuer is no hosted project");
    // What a project signs that this one trusts as a third-party issuer: its own address, and a session of its own.
    const foreign = { iss: `https://${second}.supabase.co/auth/v1`, session_id: crypto.randomUUID() };
    assert.deepEqual(await press(foreign), refused);
    assert.equal(await stored(sql), null);
    assert.deepEqual(await press({ iss: `https://${first}.supabase.co/auth/v1` }), [200, "started"]);
    assert.equal(await stored(sql), addressOf(first));
  },
);
