import assert from "node:assert/strict";
import { raceTest, type Work } from "../../../support/databases/race.ts";
import type { Tenant } from "../../../support/tenant.ts";
import { makeTenant } from "../stage.ts";

const first = "abcdefghijklmnopqrst";
const second = "bcdefghijklmnopqrstu";
const addressOf = (project: string) => `https://${project}.supabase.co/functions/v1/integration-sync`;

/** The coordinator, signed in at this project, presses. */
const pressAt = ({ orgId, userIds }: Tenant, project: string): Work<unknown> => async (sql) => {
  const sessionId = crypto.randomUUID();
  await sql`insert into auth.sessions (id, user_id, created_at, updated_at)
    values (${sessionId}, ${userIds.coordinator}, now(), now())`;
  const claims = {
    iss: `https://${project}.supabase.co/auth/v1`,
    role: "authenticated",
    sub: userIds.coordinator,
    session_id: sessionId,
  };
  await sql`select set_config('request.jwt.claims', ${JSON.stringify(claims)}, true)`;
  return await sql`select from public.trigger_integration_sync(${orgId}, 'webhook')`;
};

for (
  const [name, fails, winner] of [
    ["of two first presses at once the address of the first one stays", false, first],
    ["a first press that meets one that fails stores its own address", true, second],
  ] as const
) {
  raceTest(name, async ({ sql, session }) => {
    const [tenant, other] = [await makeTenant(sql), await makeTenant(sql)];
    await sql`update sync_scheduler.settings set function_url = null`;
    const [one, two] = [await session(), await session()];
    await one.stopsAfter(pressAt(tenant, first));
    const pressed = await two.runs(pressAt(other, second));
    if (fails) await assert.rejects(one.goesOn((sql) => sql`select 1 / 0`));
    else await one.goesOn();
    await pressed.answer;
    const [settings] = await sql`select function_url from sync_scheduler.settings`;
    assert.equal(settings?.["function_url"], addressOf(winner));
  });
}
