/**
 * One schedule: the real slice and connector against a fake vendor, over the real outbox protocol, until every entry is
 * settled.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Failure } from "../../../supabase/functions/integration-sync/core/errors.ts";
import { createWorkerApi } from "../../../supabase/functions/integration-sync/database/worker_api.ts";
import { runSlice } from "../../../supabase/functions/integration-sync/jobs/run_slice.ts";
import type { Dispatch } from "../campaign/dispatches.ts";
import { Random } from "../campaign/random.ts";
import { JumpClock } from "../../support/jump_clock.ts";
import { ENTRIES, Host } from "./host.ts";
import { type Fate, KillableWorker, type Tally } from "./killable_worker.ts";
import type { ActiveRun, Integration, Stage, Stop } from "./stage.ts";
import { describe, type Outcome, type StartSubject, statesThat, type Subject } from "./subject.ts";
import { drawVouchers, isFlawed, isMisspelt } from "./vouchers.ts";

/** From here on nothing goes wrong any more: what is not settled then never will be. */
const CALM_AFTER = 60;
const MOST_ATTEMPTS = 600;
/** Odds at each attempt: that a dispatch is lost, that a person saves another configuration. */
const ODDS = { lost: 0.05, rules: 0.1 };
/** For how many attempts an integration is stopped at most. */
const LONGEST_STOP = 4;
/** Heartbeats and leases are those of other tests: on a clock that jumps they would never rest. */
const NEVER = 1e9;

/** What waited when an integration was stopped, and until which attempt it is. */
interface Stopped {
  readonly how: Stop;
  readonly waiting: readonly Outcome[];
  readonly until: number;
}

class Schedule {
  readonly #random: Random;
  readonly #clock: JumpClock;
  readonly #fate: Fate;
  #attempts = 0;
  #stopped: { readonly how: Stop; readonly waiting: readonly Outcome[]; readonly until: number } | null =
    null;

  constructor(
    readonly stage: Stage,
    readonly subject: Subject,
    readonly integration: Integration,
    readonly host: Host,
    readonly tally: Tally,
    random: Random,
    clock: JumpClock,
  ) {
    this.#random = random;
    this.#clock = clock;
    this.#fate = { crashes: random.pick([0, 1, 1, 2]), shut: null, stop: () => this.#stop() };
  }

  get #isCalm(): boolean {
    return this.#attempts > CALM_AFTER;
  }

  async play(): Promise<void> {
    const { stage, integration, subject } = this;
    let isCorrected = false;
    while (true) {
      await stage.restarting;
      const run = await stage.activeRun(integration);
      if (this.#stopped !== null && (run === null || this.#isCalm || this.#attempts >= this.#stopped.until)) {
        await this.#resume(this.#stopped);
      }
      if (run === null) {
        if (await stage.openEntries(integration) === 0) {
          if (isCorrected) return;
          isCorrected = true;
          await this.host.correct(1);
          continue;
        }
        await this.#settleStuck();
        if (this.#isCalm && await stage.isAllRefused(integration)) await this.host.correct(1, "pending");
        this.#count("runs");
        await stage.press(integration, subject.integrationType);
        continue;
      }
      if (++this.#attempts > MOST_ATTEMPTS) {
        const open = await stage.entriesIn(integration, statesThat(({ isEnd }) => !isEnd));
        assert.fail(`the schedule does not come to its end: ${open.slice(0, 5).map(describe).join("; ")}`);
      }
      if (!this.#isCalm) await this.host.act();
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
    const seconds = await this.#work(dispatch, run);
    await this.#pass(seconds * 1000);
    await this.stage.restarting;
  }

  /** Lets a worker run to its end; answers for how many seconds nothing will happen after that. */
  async #work(dispatch: Dispatch, run: ActiveRun): Promise<number> {
    const { stage, subject, integration, tally } = this;
    const [clock, random, fate] = [this.#clock, this.#random, this.#fate];
    const worker = new KillableWorker(stage, subject, clock, random, tally, fate, this.#isCalm);
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
      rpc: stage.workerRpc(worker.toDatabase),
      clock: restless,
      random: () => random.next(),
    });
    const claimedAt = clock.elapsed();
    const claim = await api.claim({ boot_id: crypto.randomUUID(), boot_ms: 1, cold_start: false })
      .catch(() => null);
    // Killed, refused, or Postgres is down: time will show.
    if (claim === null) return random.upTo(90);
    assert.equal(this.#stopped, null, "a worker has got a run while the integration is stopped");
    const end = await runSlice(api, { ...claim, lease_seconds: NEVER, heartbeat_seconds: NEVER }, claimedAt, {
      connectors: [subject.connector],
      clock: restless,
      random: () => random.next(),
      fetch: worker.toVendor,
      log: (event, fields) => {
        if (!worker.isDead) this.#count(`${event} ${fields?.error ?? ""}`);
      },
      retiring: new AbortController().signal,
    });
    this.#count(end.outcome === "failed" ? `failed ${end.failure.code}` : end.outcome);
    await stage.restarting;
    if (end.outcome === "failed" && fate.shut !== null && isShutOut(end.failure)) {
      // It may pass, and costs the run nothing, if the vendor took something with the same configuration.
      const goesOn = (await stage.activeRun(integration))?.run_id === run.run_id;
      assert.ok(goesOn || !await stage.hasSucceeded(integration), `the run ended: ${end.failure.message}`);
      if (goesOn) this.#count("went on after a refusal");
    }
    if (end.outcome === "continued") return 0;
    return (end.outcome === "failed" ? end.failure.retry_after_seconds : null) ?? random.upTo(120);
  }

  async #pass(milliseconds: number): Promise<void> {
    await this.subject.passTime(this.#random, milliseconds);
    this.#clock.advance(milliseconds);
  }

  /** Stopped at any instant, also between two requests of a worker. */
  async #stop(): Promise<void> {
    const { stage, integration, subject } = this;
    if (this.#stopped !== null) return;
    await stage.restarting;
    const how = this.#random.pick(["paused", "paused", "disabled"] as const);
    await stage.stop(integration, subject.integrationType, how);
    const waiting = await stage.entriesIn(integration, ["pending"]);
    this.#stopped = { how, waiting, until: this.#attempts + this.#random.upTo(LONGEST_STOP) };
    this.#count(how);
  }

  /** Nothing of what waited when the integration was stopped has left since. */
  async #resume({ how, waiting }: Stopped): Promise<void> {
    const { stage, integration, subject } = this;
    const left = new Map(
      (await stage.entriesIn(integration, statesThat(({ mayHaveLeft }) => mayHaveLeft)))
        .map((entry) => [entry.entry_key, entry]),
    );
    for (const was of waiting) {
      const now = left.get(was.entry_key);
      assert.ok(now === undefined, `${describe(now ?? was)}, and waited when the integration was ${how}`);
      assert.ok(
        !await subject.isBooked(was),
        `${describe(was)}, and booked while the integration was ${how}`,
      );
    }
    this.#stopped = null;
    await stage.resume(integration, subject.integrationType, how);
  }

  /** In the end the configuration is what it was: what waits for a code that was taken out can go on. */
  async #changeRules(): Promise<void> {
    const { subject, stage, integration } = this;
    if (subject.changeRules === undefined) return;
    const isOver = this.#attempts === CALM_AFTER + 1;
    if (!isOver && (this.#isCalm || !this.#random.chance(ODDS.rules))) return;
    await stage.configure(
      integration,
      subject.integrationType,
      isOver ? subject.config : subject.changeRules(this.#random),
    );
    this.#count("rules changed");
  }

  #count(what: string, times = 1): void {
    this.tally.set(what, (this.tally.get(what) ?? 0) + times);
  }
}

/** Whether a failure is the vendor's, of a minute in which it knows us not. */
function isShutOut({ class: kind, code }: Failure): boolean {
  return kind === "permanent" && code !== "invalid_config" && code !== "receiver_refuses_everything";
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
  const host = new Host(stage, integration, subject.integrationType, tally, random);
  const { refused } = await host.deliver(vouchers);
  await new Schedule(stage, subject, integration, host, tally, random, clock).play();
  const outcomes = await stage.entriesIn(integration, statesThat(({ isEnd }) => isEnd));
  for (const { status, n } of await stage.endsOfRuns(integration)) {
    tally.set(`run ${status}`, (tally.get(`run ${status}`) ?? 0) + n);
  }
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
  host.checkNewest(outcomes);
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
