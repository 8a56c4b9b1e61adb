/**
 * What a clock in a time zone shows, from the runtime's own time zone data, not the database's.
 *
 * @module
 */

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** An instant at which a zone's clocks jump. */
export interface ClockChange {
  readonly at: number;
  /** How far they jump, in milliseconds; negative when they go back. */
  readonly by: number;
}

/** Later, clocks are taken to stay as they are: forty years after the last question, the rarest date has come. */
const LAST_YEAR = 2145;

/** Instants are milliseconds since 1970 UTC; wall times are written as if they were UTC. */
export class ZoneClock {
  readonly #initialOffset: number;
  /** Every change from 1970 on. */
  readonly changes: readonly ClockChange[];

  private constructor(readonly zone: string) {
    const begin = Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(zone);
    this.#initialOffset = begin.offsetNanoseconds / 1e6;
    const changes: ClockChange[] = [];
    let offset = this.#initialOffset;
    for (
      let next = begin.getTimeZoneTransition("next");
      next !== null && next.year <= LAST_YEAR;
      next = next.getTimeZoneTransition("next")
    ) {
      changes.push({ at: next.epochMilliseconds, by: next.offsetNanoseconds / 1e6 - offset });
      offset = next.offsetNanoseconds / 1e6;
    }
    this.changes = changes;
  }

  static readonly #clocks = new Map<string, ZoneClock>();

  /** The clock of a zone; always the same one. */
  static of(zone: string): ZoneClock {
    const clock = this.#clocks.get(zone) ?? new ZoneClock(zone);
    this.#clocks.set(zone, clock);
    return clock;
  }

  /** What the clock shows. */
  wall(instant: number): number {
    return instant + this.offset(instant);
  }

  /** How far the clock is ahead of UTC. */
  offset(instant: number): number {
    this.#find(instant);
    return this.#offset;
  }

  /** The changes later than one instant and not later than another. */
  changesBetween(after: number, until: number): readonly ClockChange[] {
    return this.changes.filter(({ at }) => at > after && at <= until);
  }

  // The span of one offset that was looked up last: a walk through time asks for it again and again.
  #from = 0;
  #to = 0;
  #offset = 0;

  #find(instant: number): void {
    if (instant >= this.#from && instant < this.#to) return;
    const past = this.changes.filter(({ at }) => at <= instant);
    this.#from = past.at(-1)?.at ?? -Infinity;
    this.#to = this.changes[past.length]?.at ?? Infinity;
    this.#offset = past.reduce((offset, { by }) => offset + by, this.#initialOffset);
  }
}
