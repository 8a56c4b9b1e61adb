import type { Sql } from "postgres";
import type { Random } from "../campaign/random.ts";
import { BUSY_SCHEDULES, CATCHUP_WINDOWS, RUN_DEADLINES, SCHEDULES } from "./plan.ts";

/** One integration of the simulated month, as it begins. */
export interface Simulated {
  readonly id: string;
  readonly orgId: string;
  readonly type: string;
  readonly schedule: string;
  readonly timeZone: string;
  readonly overlapPolicy: "skip" | "buffer_one";
  readonly catchupWindow: string;
  readonly runDeadline: string;
  readonly enabled: boolean;
}

const TYPES = ["webhook", "xledger", "dynamics"] as const;

const uuid = (kind: number, n: number) =>
  `${`${kind}`.padStart(8, "0")}-0000-4000-8000-${`${n}`.padStart(12, "0")}`;

/** Draws integrations: every schedule in each of the zones if there are enough, three to an organisation, the first disabled. */
export function drawIntegrations(count: number, random: Random, zones: readonly string[]): Simulated[] {
  return Array.from({ length: count }, (_, n): Simulated => {
    const round = Math.floor(n / zones.length);
    const busy = n % 20 === round % 20;
    return {
      id: uuid(2, n),
      orgId: uuid(1, Math.floor(n / TYPES.length)),
      type: TYPES[n % TYPES.length] ?? TYPES[0],
      schedule: busy ? random.pick(BUSY_SCHEDULES) : SCHEDULES[round % SCHEDULES.length] ?? SCHEDULES[0],
      timeZone: zones[n % zones.length] ?? "UTC",
      overlapPolicy: random.pick(["skip", "buffer_one"]),
      catchupWindow: random.pick(CATCHUP_WINDOWS),
      runDeadline: random.pick(RUN_DEADLINES),
      enabled: n > 0,
    };
  });
}

/** Puts them into a database in place of all others. Nothing answers connection checks here, so they have none. */
export async function insertIntegrations(sql: Sql, integrations: readonly Simulated[]): Promise<void> {
  await sql`delete from public.organizations`;
  // Those of the whole installation stay when the organisations go.
  await sql`delete from public.sync_alerts`;
  await sql`insert into public.organizations (id, name)
    select distinct (i ->> 'orgId')::uuid, 'Simulated ' || (i ->> 'orgId')
    from jsonb_array_elements(${sql.json(integrations as never)}) i`;
  await sql`insert into public.sync_integrations (id, org_id, integration_type, schedule, time_zone, overlap_policy,
      catchup_window, run_deadline, enabled, manual_cooldown, health_check_interval)
    select (i ->> 'id')::uuid, (i ->> 'orgId')::uuid, i ->> 'type', i ->> 'schedule', i ->> 'timeZone',
      (i ->> 'overlapPolicy')::public.sync_overlap_policy, (i ->> 'catchupWindow')::interval,
      (i ->> 'runDeadline')::interval, (i ->> 'enabled')::boolean, '0 seconds', null
    from jsonb_array_elements(${sql.json(integrations as never)}) i`;
}
