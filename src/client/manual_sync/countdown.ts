import type { ClientEnvironment } from "../environment.ts";

/**
 * Counts the seconds until something is over, by this machine's clock: a number of seconds from the server is right
 * whatever that clock says, an instant is not.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { Countdown } from "./countdown.ts";
 * import { systemEnvironment } from "../environment.ts";
 *
 * const noon = { ...systemEnvironment, now: () => 0 };
 * const countdown = new Countdown(noon, () => {});
 * countdown.start(5);
 * assert.equal(countdown.endsAt, 5_000);
 * countdown.stop();
 * ```
 */
export class Countdown {
  /** When it is over, in milliseconds; null if nothing is counted. */
  endsAt: number | null = null;
  readonly #environment: ClientEnvironment;
  readonly #onTick: () => void;
  #cancel = () => {};

  /** Calls back at once, at every second, and at the end. */
  constructor(environment: ClientEnvironment, onTick: () => void) {
    this.#environment = environment;
    this.#onTick = onTick;
  }

  /** Begins anew. */
  start(seconds: number): void {
    this.endsAt = this.#environment.now() + seconds * 1000;
    this.#tick();
  }

  /** Stops, without a word. */
  stop(): void {
    this.#cancel();
  }

  #tick(): void {
    this.#cancel();
    const left = (this.endsAt ?? 0) - this.#environment.now();
    if (left <= 0) this.endsAt = null;
    // To the next whole second of what is left: the display never skips one.
    else this.#cancel = this.#environment.after(left % 1000 || 1000, () => this.#tick());
    this.#onTick();
  }
}
