import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { raceTest, type Work } from "../../../support/databases/race.ts";
import { asBackend, asPerson, cancel, expire, makeTenant, press } from "../stage.ts";

raceTest("a press that waited for one whose run has ended is rate limited", async ({ sql, session }) => {
  const tenant = await makeTenant(sql);
  await sql`update public.sync_integrations set manual_cooldown = '5 minutes'`;
  const [first, second] = [await session(), await session()];
  const pressAsCoordinator: Work<string> = async (sql) => {
    await asPerson(sql, tenant.userIds.coordinator);
    return await press(sql, tenant);
  };
  await first.stopsAfter(async (sql) => await cancel(sql, await pressAsCoordinator(sql)));
  const pressed = await second.runs(pressAsCoordinator);
  assert.ok(pressed.isWaiting, "the second press waits for the first one");
  await first.goesOn();
  await assert.rejects(pressed.answer, { code: "PT429", message: "rate_limited" });
});

raceTest(
  "of two presses that revive runs under one new key, the second is refused",
  async ({ sql, session }) => {
    const { orgId } = await makeTenant(sql);
    await sql`insert into public.sync_integrations (org_id, integration_type) values (${orgId}, 'xledger')`;
    const press =
      (type: string, key: string | null): Work<{ run_id: string; idempotency_key: string | null }> =>
      async (sql) => {
        await asBackend(sql);
        const [run] = await sql<{ run_id: string; idempotency_key: string | null }[]>`
      select * from public.trigger_integration_sync(${orgId}, ${type}, ${key})`;
        assert.ok(run);
        return run;
      };
    const [first, second] = [await session(), await session()];
    for (const type of ["webhook", "xledger"]) {
      const { answer } = await first.runs(press(type, null));
      await expire(sql, (await answer).run_id);
    }
    assert.equal((await first.stopsAfter(press("webhook", "of-today"))).idempotency_key, "of-today");
    const pressed = await second.runs(press("xledger", "of-today"));
    await first.goesOn();
    await assert.rejects(pressed.answer, { code: "PT409", message: "idempotency_key_reused" });
  },
);

raceTest(
  "a press whose snapshot hides the run that has got its key ends in an error",
  async ({ sql, session }) => {
    const { orgId } = await makeTenant(sql);
    await sql`insert into public.sync_integrations (org_id, integration_type) values (${orgId}, 'xledger')`;
    const press = async (sql: Sql, type: string, key: string | null): Promise<string> => {
      await asBackend(sql);
      const [run] = await sql<{ run_id: string }[]>`
      select run_id from public.trigger_integration_sync(${orgId}, ${type}, ${key})`;
      assert.ok(run);
      return run.run_id;
    };
    const [older, newer] = [await session(), await session()];
    const { answer } = await newer.runs((sql) => press(sql, "xledger", null));
    await expire(sql, await answer);
    await older.stopsAfter(async (sql) => {
      await sql`set transaction isolation level repeatable read`;
      await sql`set local statement_timeout = '20s'`;
      await sql`select from public.sync_run_log`;
    });
    await (await newer.runs((sql) => press(sql, "webhook", "of-today"))).answer;
    await assert.rejects(older.goesOn((sql) => press(sql, "xledger", "of-today")), { code: "23505" });
  },
);
