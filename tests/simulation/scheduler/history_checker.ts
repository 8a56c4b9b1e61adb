/**
 * The history of one integration, replayed event by event: each is judged by what was true when it happened.
 *
 * @module
 */
import assert from "node:assert/strict";
import { DAY, HOUR, MINUTE } from "../../integration/cron/zone_clock.ts";
import type { Era, Oracle } from "./expected_slots.ts";
import type { Simulated } from "./integrations.ts";
import type { Step } from "./script.ts";

/** A row of `sync_sim.history`. */
export interface HistoryEvent {
  readonly at: number;
  readonly event: string;
  readonly slot: number | null;
  readonly reason: string | null;
}

const UNITS: Readonly<Record<string, number>> = { minutes: MINUTE, hour: HOUR, hours: HOUR, days: DAY };

/** Replays the history of an integration and asserts that each event could happen then. */
export class HistoryChecker {
  /** The slot of the active run, or when a run without one was started. */
  #active: number | null = null;
  /** Whether the active run, or the last one, makes up for a skipped slot. */
  #backfills = false;
  #lastEnd = -Infinity;
  #enabled: boolean;
  readonly #pauses: { from: number; to: number }[] = [];
  #pause: { from: number; to: number } | null = null;
  readonly #waiting = new Map<number, "schedule" | "backfill">();
  #furthest: number;
  #latestScheduled = -Infinity;
  readonly eras: Era[] = [];
  #era: { schedule: string | null; timeZone: string; from: number };
  readonly #catchup: number;

  constructor(readonly who: Simulated, readonly oracle: Oracle) {
    this.#enabled = who.enabled;
    this.#furthest = oracle.from;
    this.#era = { schedule: who.schedule, timeZone: who.timeZone, from: oracle.from };
    const [count, unit = ""] = who.catchupWindow.split(" ");
    this.#catchup = Number(count) * (UNITS[unit] ?? NaN);
  }

  /** Slots that wait for a run to end. */
  get waiting(): ReadonlySet<number> {
    return new Set(this.#waiting.keys());
  }

  /** Goes on to the next event. */
  replay(event: HistoryEvent): void {
    this.#furthest = Math.max(this.#furthest, event.at);
    try {
      this.#apply(event);
    } catch (error) {
      const shown = { ...event, at: new Date(event.at), slot: event.slot && new Date(event.slot) };
      throw new Error(`${Deno.inspect(this.who)}: ${Deno.inspect(shown)}`, { cause: error });
    }
  }

  /** Closes the book at what the clock shows in the end. */
  end(at: number): void {
    this.eras.push({ ...this.#era, to: at, reached: Math.max(at, this.#furthest) });
  }

  #apply({ at, event, slot, reason }: HistoryEvent): void {
    switch (event) {
      case "start schedule":
      case "start backfill":
        assert.ok(slot !== null);
        this.#startSlot(at, slot, event === "start backfill");
        break;
      case "start api":
        this.#start(at, false);
        break;
      case "end":
        assert.notEqual(this.#active, null, "a run ends that was not active");
        this.#active = null;
        this.#lastEnd = at;
        break;
      case "skip":
        assert.ok(slot !== null && reason !== null);
        this.#skip(at, slot, reason);
        break;
      case "wait schedule":
        assert.ok(slot !== null);
        assert.ok(this.#wasActive(at), "a slot waits for nothing");
        // What an admin makes up for costs no slot, whatever the policy.
        assert.ok(
          this.who.overlapPolicy === "buffer_one" || this.#backfills,
          "a slot waits that is to be skipped",
        );
        assert.ok(!this.#isBuffering(), "two slots are buffered");
        this.#waiting.set(slot, "schedule");
        break;
      case "wait backfill":
        assert.ok(slot !== null && slot <= this.#furthest);
        this.#waiting.set(slot, "backfill");
        break;
      case "waits no longer":
        assert.ok(slot !== null && this.#waiting.delete(slot));
        break;
      default:
        this.#act(at, event as Step["what"], JSON.parse(reason?.startsWith("{") ? reason : "{}"));
    }
  }

  #start(what: number, backfill: boolean): void {
    assert.equal(this.#active, null, "two runs are active at once");
    assert.ok(this.#enabled, "a disabled integration runs");
    // After a jump back, a pause that had ended may or may not be one again.
    assert.ok(this.#pause === null || this.#pause.to <= this.#furthest, "a paused integration runs");
    this.#active = what;
    this.#backfills = backfill;
  }

  #startSlot(at: number, slot: number, backfill: boolean): void {
    this.#start(slot, backfill);
    assert.ok(slot <= at, "a slot starts before its time");
    if (this.#waiting.has(slot) || backfill) {
      assert.ok(!backfill || !this.#isBuffering(), "a backfill starts before a slot of the schedule");
      const rivals = [...this.#waiting].filter(([, by]) => by === (backfill ? "backfill" : "schedule"));
      assert.equal(slot, Math.min(...rivals.map(([slot]) => slot)), "not the earliest of those that wait");
    } else {
      assert.ok(!this.#wasPaused(slot), "a slot of a pause starts");
      assert.ok(at - slot <= this.#catchup, "a slot starts after its catch-up window");
      assert.equal(this.#laterDue(slot, at), undefined, "an early slot starts although a later one is due");
    }
    if (backfill) return;
    assert.ok(slot > this.#latestScheduled, "a slot starts after a later one");
    this.#latestScheduled = slot;
  }

  #skip(at: number, slot: number, reason: string): void {
    assert.ok(slot <= at, "a slot is skipped before its time");
    const truth: Record<string, () => boolean> = {
      overlap: () =>
        this.#isBuffering() ||
        (this.#wasActive(at) && this.who.overlapPolicy === "skip" && !this.#backfills),
      missed: () => !this.#wasPaused(slot) && at - slot > this.#catchup,
      coalesced: () =>
        !this.#wasPaused(slot) && at - slot <= this.#catchup && this.#laterDue(slot, at) !== undefined,
      paused: () => this.#pausedAt(slot, at),
      disabled: () => !this.#enabled,
      schedule_changed: () => this.#era.from === at,
    };
    assert.ok(truth[reason]?.(), `skipped as ${reason}, which is not true`);
  }

  #act(at: number, what: Step["what"] | string, details: Record<string, string | boolean | null>): void {
    if (what === "pause") {
      const to = typeof details.resume_at === "string" ? Date.parse(details.resume_at) : Infinity;
      if (this.#pause !== null && this.#pause.to > at) this.#pause.to = to;
      else this.#pauses.push(this.#pause = { from: at, to });
    } else if (what === "resume" && this.#pause !== null) {
      this.#pause.to = Math.min(this.#pause.to, at);
      this.#pause = null;
    } else if (what === "configure") {
      if (typeof details.enabled === "boolean") this.#enabled = details.enabled;
      const { schedule = this.#era.schedule, time_zone = this.#era.timeZone } = details;
      if (schedule === this.#era.schedule && time_zone === this.#era.timeZone) return;
      this.eras.push({ ...this.#era, to: at, reached: this.#furthest });
      this.#era = { schedule: schedule as string | null, timeZone: time_zone as string, from: at };
    }
  }

  #isBuffering(): boolean {
    return [...this.#waiting.values()].includes("schedule");
  }

  /** The slot after this one, if it is due. */
  #laterDue(slot: number, at: number): number | undefined {
    return this.oracle.slots(this.#era.schedule, this.#era.timeZone, slot, at)[0];
  }

  /** Whether a run was active, or has ended at this very instant, in another tick at the same time. */
  #wasActive(at: number): boolean {
    return this.#active !== null || this.#lastEnd === at;
  }

  /** Whether the slot fell into the last pause, if no person has ended it by hand. */
  #wasPaused(slot: number): boolean {
    return this.#pause !== null && this.#pause.from <= slot && slot < this.#pause.to;
  }

  #pausedAt(slot: number, at: number): boolean {
    return (this.#pause !== null && this.#pause.to > at) ||
      this.#pauses.some(({ from, to }) => from <= slot && slot < to);
  }
}
