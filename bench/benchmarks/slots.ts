import type { Benchmark } from "../benchmark.ts";
import { interleave, timed } from "../interleave.ts";
import { percentile, ratios } from "../statistics.ts";

/** The slots of a year ahead, as a page about a schedule asks for them. */
export const slots: Benchmark = {
  name: "slots",
  description:
    "explain_sync_slots a year ahead, hourly, against a call of next_cron_occurrence for each slot",
  run: async (context) => {
    const database = await (await context.server()).database({ rows: 0 });
    const [tenant] = await database.tenants(1, 1);
    if (tenant === undefined) throw new Error("there is no tenant 1");
    const { orgId, integrationId } = tenant;
    await database
      .admin`update public.sync_integrations set schedule = '17 * * * *', time_zone = 'Europe/Oslo'
      where id = ${integrationId}`;
    const [coordinator, owner] = [await database.asCoordinator(), database.asOwner()];
    const days = context.quick ? 30 : 365;
    const parts = {
      explained: () =>
        timed(() =>
          coordinator`select count(*) from public.explain_sync_slots(${orgId}, 'webhook',
            date_trunc('day', now()) + interval '1 day',
            date_trunc('day', now()) + interval '1 day' + ${days} * interval '1 day')`
        ),
      oneByOne: () =>
        timed(() =>
          owner`with recursive walk (n, slot) as (
            select 1, sync_scheduler.next_cron_occurrence('17 * * * *', 'Europe/Oslo', now())
            union all
            select n + 1, sync_scheduler.next_cron_occurrence('17 * * * *', 'Europe/Oslo', slot)
            from walk where n < ${days} * 24)
          select count(*) from walk`
        ),
    };
    await interleave(1, parts);
    const { explained, oneByOne } = await interleave(
      context.quick ? 3 : 15,
      parts,
      (round) => context.progress(`round ${round}`),
    );
    await Promise.all([coordinator.end(), owner.end()]);
    return {
      results: [{
        benchmark: slots.name,
        case: `explain_sync_slots, ${days * 24} slots ahead, to as many calls of next_cron_occurrence`,
        unit: "ms",
        measured: percentile(explained, 0.5),
        reference: percentile(oneByOne, 0.5),
        ratio: ratios(explained, oneByOne),
        goal: { atMost: 0.4 },
      }],
    };
  },
};
