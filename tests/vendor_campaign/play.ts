/**
 * One schedule: the real slice and connector against a fake vendor, over the real outbox protocol, until every entry is
 * settled.
 *
 * @module
 */
import assert from "node:assert/strict";
import { createWorkerApi } from "../../supabase/functions/_shared/worker_api.ts";
import { runSlice } from "../../supabase/functions/integration-sync/run_slice.ts";
import type { Dispatch } from "../campaign/dispatches.ts";
import { Random } from "../campaign/random.ts";
import { JumpClock } from "../support/jump_clock.ts";
import { type Fate, Mortal, type Tally } from "./mortal.ts";
import type { ActiveRun, Integration, Stage } from "./stage.ts";
import type { Outcome, StartSubject, Subject } from "./subject.ts";
import { drawVoucher, drawVouchers, isFlawed, isMisspelt } from "./vouchers.ts";

export const ENTRIES = 200;

/** From here on nothing goes wrong any more: what is not settled then never will be. */
const CALM_AFTER = 60;
const MOST_ATTEMPTS = 600;
/** Odds that a dispatch is lost, that the host delivers some entries again or takes some back, at each attempt. */
const ODDS = { lost: 0.05, redelivery: 0.2, withdrawal: 0.1, rules: 0.1 };
/** Heartbeats and leases are those of other tests: on a clock that jumps they would never rest. */
const NEVER = 1e9;

class Schedule {
  readonly #random: Random;
  readonly #clock: JumpClock;
  readonly #fate: Fate;
  #attempts = 0;

  constructor(
    readonly stage: Stage,
    readonly subject: Subject,
    readonly integration: Integration,
    readonly tally: Tally,
    random: Random,
    clock: JumpClock,
  ) {
    this.#random = random;
    this.#clock = clock;
    this.#fate = { crashes: random.pick([0, 1, 1, 2]) };
  }

  get #isCalm(): boolean {
    return this.#attempts > CALM_AFTER;
  }

  async play(): Promise<void> {
    const { stage, integration, subject } = this;
    while (true) {
      await stage.restarting;
      const run = await stage.activeRun(integration);
      if (run === null) {
        if (await stage.openEntries(integration) === 0) return;
        await this.#settleStuck();
        this.#count("runs");
        await stage.press(integration, subject.integrationType);
        continue;
      }
      if (++this.#attempts > MOST_ATTEMPTS) assert.fail("the schedule does not come to its end");
      await this.#redeliver();
      await this.#withdraw();
      await this.#changeRules();
      await this.#step(run);
    }
  }

  /** A person settles what runs have set aside: a receiver may refuse the repetition of a batch for ever. */
  async #settleStuck(): Promise<void> {
    const { stage, integration, subject } = this;
    if (!this.#isCalm || subject.lookUp === undefined) return;
    const stuck = await stage.setAside(integration);
    if (stuck.length === 0) return;
    const isBooked = await subject.lookUp();
    this.#count("settled by hand", stuck.length);
    await stage.settle(
      integration,
      subject.integrationType,
      stuck.map((entry) => ({ ...entry, resolution: isBooked(entry.entry_key) ? "exported" : "resend" })),
    );
  }

  async #step(run: ActiveRun): Promise<void> {
    const dispatch = await this.stage.takeDispatch();
    if (dispatch === null || (!this.#isCalm && this.#random.chance(ODDS.lost))) {
      await this.#pass(this.#random.upTo(60_000));
      return await this.stage.elapse(run);
    }
    const seconds = await this.#work(dispatch);
    await this.#pass(seconds * 1000);
    await this.stage.restarting;
  }

  /** Lets a worker run to its end; answers for how many seconds nothing will happen after that. */
  async #work(dispatch: Dispatch): Promise<number> {
    const { stage, subject, tally } = this;
    const [clock, random] = [this.#clock, this.#random];
    const mortal = new Mortal(stage, subject, clock, random, tally, this.#fate, this.#isCalm);
    const restless = {
      now: () => clock.now(),
      elapsed: () => clock.elapsed(),
      // Some ride a restart of Postgres out, others give up before it is over.
      sleep: async (milliseconds: number, signal?: AbortSignal) => {
        if (milliseconds < NEVER && random.chance(0.7)) await stage.restarting;
        await clock.sleep(milliseconds, signal);
      },
    };
    this.#count("workers");
    const api = createWorkerApi({
      attempt: dispatch,
      rpc: stage.workerRpc(mortal.toDatabase),
      clock: restless,
      random: () => random.next(),
    });
    const claimedAt = clock.elapsed();
    const claim = await api.claim({ boot_id: crypto.randomUUID(), boot_ms: 1, cold_start: false })
      .catch(() => null);
    // Killed, refused, or Postgres is down: time will tell.
    if (claim === null) return random.upTo(90);
    const end = await runSlice(api, { ...claim, lease_seconds: NEVER, heartbeat_seconds: NEVER }, claimedAt, {
      connectors: [subject.connector],
      clock: restless,
      random: () => random.next(),
      fetch: mortal.toVendor,
      log: (event, fields) => {
        if (!mortal.isDead) this.#count(`${event} ${fields?.error ?? ""}`);
      },
      retiring: new AbortController().signal,
    });
    this.#count(end.outcome === "failed" ? `failed ${end.failure.code}` : end.outcome);
    if (end.outcome === "continued") return 0;
    return (end.outcome === "failed" ? end.failure.retry_after_seconds : null) ?? random.upTo(120);
  }

  async #pass(milliseconds: number): Promise<void> {
    await this.subject.passTime(this.#random, milliseconds);
    this.#clock.advance(milliseconds);
  }

  async #redeliver(): Promise<void> {
    if (this.#isCalm || !this.#random.chance(ODDS.redelivery)) return;
    const again = Array.from(
      { length: this.#random.upTo(5) },
      () => drawVoucher(this.#random, this.#random.upTo(ENTRIES)),
    );
    const byKey = new Map(again.map((voucher) => [voucher.entry_key, voucher]));
    const delivered = await this.stage.deliver(this.integration, this.subject.integrationType, [
      ...byKey.values(),
    ]);
    this.#count("conflicts", delivered.conflicts);
    this.#count("refused again", delivered.refused.length);
  }

  async #withdraw(): Promise<void> {
    if (this.#isCalm || !this.#random.chance(ODDS.withdrawal)) return;
    const numbers = Array.from({ length: this.#random.upTo(3) }, () => this.#random.upTo(ENTRIES));
    const keys = numbers.map((number) => `expense-${String(number).padStart(5, "0")}`);
    this.#count(
      "taken back",
      await this.stage.withdraw(this.integration, this.subject.integrationType, keys),
    );
  }

  /** In the end the configuration is what it was: what waits for a code that was taken out can go on. */
  async #changeRules(): Promise<void> {
    const { subject, stage, integration } = this;
    if (subject.changeRules === undefined) return;
    const isOver = this.#attempts === CALM_AFTER + 1;
    if (!isOver && (this.#isCalm || !this.#random.chance(ODDS.rules))) return;
    await stage.configure(integration, isOver ? subject.config : subject.changeRules(this.#random));
    this.#count("rules changed");
  }

  #count(what: string, times = 1): void {
    this.tally.set(what, (this.tally.get(what) ?? 0) + times);
  }
}

/** Plays the schedule that a seed names; what happened is added to `tally`. */
export async function playSchedule(
  stage: Stage,
  startSubject: StartSubject,
  name: string,
  seed: number,
  tally: Tally,
): Promise<void> {
  const random = new Random(seed);
  const clock = new JumpClock();
  const integrationId = await idOf(`${name} ${seed}`);
  const vouchers = drawVouchers(random, ENTRIES);
  await stage.restarting;
  await using subject = await startSubject({ random, clock, integrationId, vouchers });
  const integration = await stage.connect(integrationId, subject);
  const { refused } = await stage.deliver(integration, subject.integrationType, vouchers);
  await new Schedule(stage, subject, integration, tally, random, clock).play();
  const outcomes = await stage.sql<Outcome[]>`
    select entry_key, period, document_number, payload, state::text, error_message
    from public.sync_export_entries where integration_id = ${integrationId} order by entry_key`;
  const known = new Set(outcomes.map(({ entry_key }) => entry_key));
  // Who was refused at the door may have been taken later, with other content.
  const missing = refused.filter(({ entry_key }) => !known.has(entry_key));
  assert.equal(outcomes.length + missing.length, ENTRIES);
  for (const { entry_key, reason } of missing) {
    const voucher = vouchers.find((one) => one.entry_key === entry_key);
    assert.ok(voucher !== undefined && (isFlawed(voucher) || isMisspelt(voucher)), `${entry_key}: ${reason}`);
  }
  tally.set("refused at the door", (tally.get("refused at the door") ?? 0) + missing.length);
  for (const { state } of outcomes) tally.set(state, (tally.get(state) ?? 0) + 1);
  await subject.check(outcomes);
}

/** The same for the same seed: what the connectors derive from it is then the same too. */
async function idOf(name: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(name)));
  const hex = digest.toHex();
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ]
    .join("-");
}
