import { nextByWatching, readSchedule } from "../../integration/cron/reference.ts";
import { ZoneClock } from "../../integration/cron/zone_clock.ts";

/** Under which schedule an integration was, from the moment that it was saved until it was replaced. */
export interface Era {
  readonly schedule: string | null;
  readonly timeZone: string;
  readonly from: number;
  /** What the clock showed when it ended. */
  readonly to: number;
  /** The furthest that the clock had been by then: further than `to` after a jump back. */
  readonly reached: number;
}

/** The slots that the brute-force clock watcher knows. Many integrations share a schedule, so it remembers. */
export class Oracle {
  readonly #slots = new Map<string, number[]>();

  constructor(readonly from: number, readonly to: number) {}

  /** Slots later than one instant and not later than another, in order. */
  slots(schedule: string | null, timeZone: string, after: number, until: number): number[] {
    if (schedule === null) return [];
    const key = `${schedule} in ${timeZone}`;
    let all = this.#slots.get(key);
    if (all === undefined) {
      all = [];
      const [read, clock] = [readSchedule(schedule), ZoneClock.of(timeZone)];
      for (let slot = this.from; slot <= this.to;) all.push(slot = nextByWatching(read, clock, slot));
      this.#slots.set(key, all);
    }
    return all.filter((slot) => slot > after && slot <= until);
  }

  /** Slots that must have been dealt with, or be due. */
  required(eras: readonly Era[]): Set<number> {
    return new Set(eras.flatMap((era) => this.slots(era.schedule, era.timeZone, era.from, era.to)));
  }

  /** Slots that the tick may have dealt with: also those that the clock showed before it went back. */
  allowed(eras: readonly Era[]): Set<number> {
    return new Set(eras.flatMap((era) => this.slots(era.schedule, era.timeZone, era.from, era.reached)));
  }

  /** Slots that may be made up for: those of any of its schedules, whenever it had that. */
  backfillable(eras: readonly Era[]): Set<number> {
    return new Set(eras.flatMap((era) => this.slots(era.schedule, era.timeZone, this.from, this.to)));
  }
}
