import type { Random } from "../campaign/random.ts";
import type { JumpClock } from "../../support/jump_clock.ts";
import type { Stage } from "./stage.ts";
import type { Subject } from "./subject.ts";

/** Odds that Postgres is killed at a request of a worker, to the vendor or to the database, while it still is to be. */
const CRASH = 0.02;
const LONGEST_REQUEST_MS = 1500;
/** Odds that a worker is killed at all, and the request at which it is at the latest. */
const DEATH = { odds: 0.4, latest: 30 };
/** Odds that the integration is stopped, or that the vendor shuts us out, while a worker is at work, and the latest request. */
const STOP = { odds: 0.1, latest: 10 };
const SHUT = { odds: 0.15, latest: 4 };
const HOUR_MS = 3_600_000;

/** What is still to come over a schedule. */
export interface Fate {
  /** How often Postgres is still to be killed. Each time costs a second. */
  crashes: number;
  /** Until when the vendor refuses every request: for a minute as if we were unknown there, or for hours because of a quota. */
  shut: { readonly status: 401 | 404 | 429; readonly until: number } | null;
  /** Stops the integration, if it runs. */
  stop(): Promise<void>;
}

/** What has happened in a schedule, by name. */
export type Tally = Map<string, number>;

/**
 * The only way out of one worker: to the vendor and to the database. Here it is killed, before a request goes out or
 * between its effect and its answer; here Postgres is killed; and here the clock goes on, as with every request.
 */
export class KillableWorker {
  #untilDeath: number;
  #untilStop: number;
  #untilShut: number;
  #isDead = false;

  constructor(
    readonly stage: Stage,
    readonly subject: Subject,
    readonly clock: JumpClock,
    readonly random: Random,
    readonly tally: Tally,
    readonly fate: Fate,
    readonly isCalm: boolean,
  ) {
    this.#untilDeath = !isCalm && random.chance(DEATH.odds) ? random.upTo(DEATH.latest) : Infinity;
    this.#untilStop = !isCalm && random.chance(STOP.odds) ? random.upTo(STOP.latest) : Infinity;
    this.#untilShut = !isCalm && random.chance(SHUT.odds) ? random.upTo(SHUT.latest) : Infinity;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  /** To the database; its answer is reported truly, or not at all. */
  readonly toDatabase: typeof fetch = (input, init) => this.#send(input, init);

  /** To the vendor, which may be in a bad way. */
  readonly toVendor: typeof fetch = (input, init) => {
    if (!this.isCalm && !this.#isDead && this.random.chance(this.subject.misfortunes)) {
      this.#count("misfortunes");
      this.subject.misbehave(this.random);
    }
    this.#count("requests to the vendor");
    return this.#send(input, init, true);
  };

  async #send(input: Parameters<typeof fetch>[0], init?: RequestInit, isToVendor = false): Promise<Response> {
    const { random, subject, stage, clock } = this;
    if (this.#isDead) throw new TypeError("This worker was killed.");
    const dies = --this.#untilDeath === 0;
    if (dies && random.chance(0.5)) this.#die("killed before a request");
    if (!this.isCalm && this.fate.crashes > 0 && random.chance(CRASH)) {
      this.fate.crashes--;
      this.#count("Postgres killed");
      await stage.crash();
    }
    if (--this.#untilStop === 0) await this.fate.stop();
    const took = random.upTo(LONGEST_REQUEST_MS);
    await subject.passTime(random, took);
    clock.advance(took);
    const response = (isToVendor ? this.#refusal() : null) ?? await fetch(input, init);
    const body = await response.arrayBuffer();
    if (dies) this.#die("killed before an answer");
    return new Response(body.byteLength === 0 ? null : body, response);
  }

  /** What a vendor answers that accepts nothing. */
  #refusal(): Response | null {
    const { random, fate, clock } = this;
    if (--this.#untilShut === 0) {
      const status = random.pick([401, 404, 429] as const);
      fate.shut = { status, until: clock.now() + (status === 429 ? random.upTo(30) * HOUR_MS : 60_000) };
      this.#count(`shut with ${status}`);
    }
    if (this.isCalm || fate.shut === null || fate.shut.until <= clock.now()) return null;
    const { status, until } = fate.shut;
    const seconds = Math.ceil((until - clock.now()) / 1000);
    return new Response("{}", {
      status,
      headers: status === 429 ? { "retry-after": String(seconds) } : {},
    });
  }

  #die(how: string): never {
    this.#isDead = true;
    this.#count(how);
    throw new TypeError("This worker was killed.");
  }

  #count(what: string): void {
    this.tally.set(what, (this.tally.get(what) ?? 0) + 1);
  }
}
