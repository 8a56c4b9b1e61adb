/** A third-party sign-in whose `sub` is no uuid, as clients see it. */
import assert from "node:assert/strict";
import { createClient } from "@supabase/supabase-js";
import { SignJWT } from "jose";
import type { Database } from "../../../src/database_types.ts";
import { listen } from "../../support/changes.ts";
import { usePlatform } from "../../support/platform.ts";
import { createTenant } from "../../support/tenant.ts";

Deno.test("refuses an identity that is no uuid in RPCs, and shows it nothing", async (t) => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const tenant = await createTenant(database.sql, platform, { entries: 1 });
  const token = await new SignJWT({ role: "authenticated", aud: "authenticated" })
    .setSubject("user_2bQ8xVh1LwZr").setExpirationTime("1h")
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .sign(new TextEncoder().encode(platform.jwtSecret));
  const foreign = createClient<Database>(platform.apiUrl, platform.publishableKey, {
    accessToken: () => Promise.resolve(token),
  });

  await t.step("RPCs answer PT401 unsupported_identity", async () => {
    const { error, status } = await foreign.rpc("trigger_integration_sync", {
      org_id: tenant.orgId,
      integration_type: "webhook",
    });
    assert.deepEqual([error?.code, error?.message, status], ["PT401", "unsupported_identity", 401]);
  });

  await t.step("tables are empty, without an error", async () => {
    for (
      const table of [
        "sync_integrations",
        "sync_run_log",
        "sync_export_entries",
        "sync_alerts",
        "sync_vendor_incidents",
        "organizations",
      ] as const
    ) {
      const { data, error } = await foreign.from(table).select();
      assert.deepEqual([data, error], [[], null], table);
    }
  });

  await t.step("Realtime goes on for others, and reports nothing to it", async () => {
    await using nothing = await listen(foreign, { token });
    await using member = await listen(await tenant.signIn("viewer"));
    await database.sql`
      insert into public.sync_run_log (org_id, integration_id, integration_type, status, triggered_by, deadline_at, finished_at)
      values (${tenant.orgId}, ${tenant.integrationId}, 'webhook', 'succeeded', 'api', now(), now())`;
    await member.until("the member's change", () => true);
    assert.deepEqual([nothing.changes, nothing.statuses], [[], ["SUBSCRIBED"]]);
  });
  await foreign.realtime.disconnect();
});
