/** `deno task demo -- --scheduled`: a slot comes, and pg_cron runs it. */
import postgres from "postgres";
import type { Platform } from "../platform.ts";
import { delay, until } from "../wait.ts";
import { type Coordinator, type Run, signIn, type Slot } from "./coordinator.ts";

/** Far enough for the warm-up, which comes between 45 and 15 seconds before the slot. */
const LEAD_MS = 46_000;

/** A slot of this demo, with the run that pg_cron started for it. */
export interface ScheduledRun {
  readonly admin: Coordinator;
  readonly slot: Date;
  readonly run: Run;
}

/** Saves a schedule that is due once, waits for its slot and returns the run. */
export async function awaitScheduledRun(platform: Platform): Promise<ScheduledRun> {
  const admin = await signIn(platform.apiUrl, platform.publishableKey, "admin");
  const minute = new Date(Math.ceil((Date.now() + LEAD_MS) / 60_000) * 60_000);
  const schedule = `${minute.getUTCMinutes()} ${minute.getUTCHours()} * * *`;
  const slot = await admin.saveSchedule(schedule);
  console.log(
    `\nSigned in as admin@example.test of ${admin.organization.name}. Saved the schedule "${schedule}" (UTC).`,
  );
  console.log(`The first slot is ${slot.toISOString()}; pg_cron ticks at second :00 of every minute.`);

  const countdown = showCountdown(slot);
  try {
    await delay(slot.getTime() - Date.now());
    const { run_id } = await until("the slot has a run", async () => {
      const found = await admin.explain(slot);
      return found !== undefined && found.run_id !== null && { ...found, run_id: found.run_id };
    }, { timeoutMs: 90_000 });
    return { admin, slot, run: await admin.run(run_id) };
  } finally {
    countdown.stop();
  }
}

/** Prints what is known of the slot once its run has ended; false when it did not run on time. */
export async function describeSlot(platform: Platform, { admin, slot }: ScheduledRun): Promise<boolean> {
  const explained = await admin.explain(slot);
  console.log(`\nThe slot ${slot.toISOString()}
  ${describe(explained)}
  warm-up: ${await describeWarmUp(platform, slot)}`);
  return explained?.state === "ran";
}

function describe(slot: Slot | undefined): string {
  if (slot === undefined) return "nothing is known of it";
  return slot.drift_seconds === null
    ? `${slot.state}: ${slot.reason}`
    : `${slot.state}, drift ${slot.drift_seconds.toFixed(3)} s`;
}

/** Warm-ups are the operator's business: they are in the private schema. */
async function describeWarmUp(platform: Platform, slot: Date): Promise<string> {
  const sql = postgres(platform.adminUrl, { max: 1, onnotice: () => {} });
  try {
    const [warmUp] = await sql<{ lead: number; boot_ms: number | null; cold_start: boolean | null }[]>`
      select extract(epoch from scheduled_for - requested_at)::float8 as lead, boot_ms::float8, cold_start
      from sync_scheduler.warmups where scheduled_for = ${slot}`;
    const [first] = await sql<{ cold_start: boolean | null }[]>`
      select a.cold_start from sync_scheduler.run_attempts a join public.sync_run_log r using (run_id)
      where r.scheduled_for = ${slot} and a.attempt = 1`;
    if (warmUp === undefined) return "none was sent";
    const cold = (isCold: boolean | null | undefined): string => isCold ? "a cold start" : "warm";
    const answer = warmUp.boot_ms === null
      ? "not answered"
      : `it found the function ${warmUp.cold_start ? `cold (booted in ${warmUp.boot_ms} ms)` : "warm"}`;
    return `sent ${warmUp.lead.toFixed(1)} s before the slot, ${answer}; the run was ${
      cold(first?.cold_start)
    }`;
  } finally {
    await sql.end();
  }
}

/** Counts the seconds on a terminal; elsewhere one line says how long it takes. */
function showCountdown(slot: Date): { stop(): void } {
  const seconds = () => Math.max(0, Math.ceil((slot.getTime() - Date.now()) / 1000));
  console.log(`Waiting ${seconds()} s for it ...`);
  if (!Deno.stdout.isTerminal()) return { stop: () => {} };
  const write = (text: string) => Deno.stdout.writeSync(new TextEncoder().encode(text));
  const timer = setInterval(() => write(`\r  ${String(seconds()).padStart(3)} s `), 1000);
  return {
    stop: () => {
      clearInterval(timer);
      write("\r\x1b[K");
    },
  };
}
