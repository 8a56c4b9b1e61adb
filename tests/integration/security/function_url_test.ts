/**
 * Whose address gets the one-time tokens when none is set: that of the caller's own session. Two first presses at once are in
 * `tests/integration/races/runs/call_function_test.ts`.
 * The forms of an issuer are in `supabase/tests/settings/signed_function_url.test.sql`.
 *
 * @module
 */
import assert from "node:assert/strict";
import { decodeJwt, SignJWT } from "jose";
import type { Sql } from "postgres";
import { connect } from "../../support/connect.ts";
import { localTest } from "../../support/local_only.ts";
import { createTenant } from "../../support/tenant.ts";

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
