/**
 * Everybody but the workers: who delivers, presses, cancels and recovers, and fate, which lets time pass.
 *
 * @module
 */
import assert from "node:assert/strict";
import { delay } from "../../../local/wait.ts";
import { call, type Query, Refused } from "./calls.ts";
import { PAUSE, PRESSERS, RECOVERERS } from "./plan.ts";
import { anyMember, deliverAgain, pause, settle } from "./people.ts";
import type { Random } from "./random.ts";
import { work } from "./worker.ts";
import { type Dispatch, dispatchSchema } from "./dispatches.ts";
import { attemptName, type Life, type Member, type World } from "./world.ts";

type Action = (world: World, random: Random) => Promise<void>;

const actors: readonly { act: Action; pause: number; many?: number }[] = [
  { act: deliver, pause: PAUSE.poll },
  { act: press, pause: PAUSE.press, many: PRESSERS },
  { act: cancel, pause: PAUSE.press },
  { act: deliverAgain, pause: PAUSE.press, many: 2 },
  { act: settle, pause: PAUSE.press, many: 2 },
  { act: pause, pause: PAUSE.time },
  { act: recover, pause: PAUSE.recover, many: RECOVERERS },
  { act: passTime, pause: PAUSE.time },
];

/** Lets all of them act, each at his own pace, until the campaign is over. */
export async function play(world: World, watch: Action): Promise<void> {
  const loops = [...actors, { act: watch, pause: PAUSE.watch }].flatMap(({ act, pause, many = 1 }) =>
    Array.from({ length: many }, () => repeat(world, world.random.fork(), act, pause))
  );
  await Promise.all(loops);
  await Promise.all(world.underWay);
}

async function repeat(world: World, random: Random, act: Action, pause: number): Promise<void> {
  while (world.phase !== "over") {
    world.step();
    await act(world, random).catch((error) => error instanceof Refused || world.fail(error));
    await delay(random.upTo(pause));
  }
}

async function deliver(world: World, random: Random): Promise<void> {
  const mail = await world.fate<{ body: unknown }[]>`delete from campaign.mailbox returning body`;
  for (const { body } of mail) {
    if (world.happens("delivery_dropped", random)) continue;
    const copies = world.happens("delivery_doubled", random) ? 2 : 1;
    for (let n = 0; n < copies; n++) start(world, random.fork(), dispatchSchema.parse(body));
  }
}

function start(world: World, random: Random, dispatch: Dispatch): void {
  const task = (async () => {
    if (world.happens("delivery_late", random)) await delay(random.upTo(PAUSE.late));
    await work(world, random, dispatch);
  })().catch((error) => world.fail(error)).finally(() => world.underWay.delete(task));
  world.underWay.add(task);
}

async function press(world: World, random: Random): Promise<void> {
  if (world.phase === "closing") return;
  const { tenant } = anyMember(world, random);
  const answer = await asCoordinator(
    world,
    random,
    "press",
    tenant,
    (sql) => sql`select run_id as answer from public.trigger_integration_sync(${tenant.orgId}, 'webhook')`,
  );
  assert.ok(answer, "a press that is not refused names its run");
  world.count("runs pressed or revived");
}

async function cancel(world: World, random: Random): Promise<void> {
  if (!world.happens("run_cancelled", random)) return;
  const { tenant } = anyMember(world, random);
  const [run] = await world.fate<{ run_id: string }[]>`select run_id from public.sync_run_log
    where integration_id = ${tenant.integrationId} order by triggered_at desc limit 1`;
  if (run === undefined) return;
  await asCoordinator(
    world,
    random,
    "cancel",
    tenant,
    (sql) => sql`select run_id as answer from public.cancel_integration_sync(${run.run_id})`,
  );
}

function asCoordinator(
  world: World,
  random: Random,
  kind: "press" | "cancel",
  tenant: Member["tenant"],
  query: Query,
): Promise<unknown> {
  return call(world, random, kind, { role: "authenticated", sub: tenant.userIds.coordinator }, query);
}

async function recover({ sql }: World, random: Random): Promise<void> {
  await sql`select sync_scheduler.recover_runs(${random.upTo(10)})`;
}

interface OpenRun {
  readonly run_id: string;
  readonly attempt: number;
  readonly claimed: boolean | null;
}

/**
 * Ends leases and waits, always those of the dead. One row a statement. If fate and a recovery locked several rows in
 * different orders, either would have to give way, which is no fault of the engine.
 */
async function passTime(world: World, random: Random): Promise<void> {
  const { fate } = world;
  const open = await fate<OpenRun[]>`
    select r.run_id, r.attempt, a.claimed_at is not null as claimed
    from public.sync_run_log r
    left join sync_scheduler.run_attempts a on a.run_id = r.run_id and a.ended_at is null
    where r.finished_at is null`;
  for (const { run_id, attempt, claimed } of open) {
    if (world.happens("deadline_passes", random)) {
      await fate`update public.sync_run_log set deadline_at = now() where run_id = ${run_id} and finished_at is null`;
    }
    // A worker that claims this attempt from now on finds it claimed, so what is not alive now never will be.
    const lives = [...world.lives].filter((life) => life.runId === run_id && life.attempt === attempt);
    if (lives.length === 0 || world.happens("lease_runs_out", random)) {
      await endWait(world, { run_id, attempt, claimed: claimed === true }, lives);
    }
  }
}

async function endWait(world: World, run: OpenRun, lives: readonly Life[]): Promise<void> {
  const { fate } = world;
  // Before the database lets anybody else send: their clocks run ahead of it, never behind.
  if (run.claimed) {
    world.expired.add(attemptName(run.run_id, run.attempt));
    for (const life of lives) life.lapsed = true;
  }
  // Only as it was seen: an unclaimed attempt may have been claimed since, by one who does not know of its end.
  await fate`update sync_scheduler.run_attempts set lease_expires_at = now()
    where run_id = ${run.run_id} and attempt = ${run.attempt} and ended_at is null
      and (claimed_at is not null) = ${run.claimed}`;
  await fate`update public.sync_run_log set next_attempt_at = now()
    where run_id = ${run.run_id} and attempt = ${run.attempt} and next_attempt_at is not null`;
}
