import { ODataError } from "./odata_error.ts";

/** What one user of the API may do at once and in a while. */
export interface Limits {
  /** Requests that are worked on at the same time. */
  concurrent: number;
  /** Requests that wait for a place; one more gets 429. */
  queued: number;
  /** Requests in five minutes; one more gets 429. */
  perFiveMinutes: number;
}

/** The documented ones. */
export const documentedLimits: Limits = { concurrent: 5, queued: 95, perFiveMinutes: 6000 };

const fiveMinutes = 5 * 60 * 1000;

/** Lets requests through as the per-user limits say. 429 comes without `Retry-After`. */
export function createGate(limits: Limits, now: () => number): {
  run<T>(work: () => Promise<T>): Promise<T>;
  readonly busiest: number;
} {
  let active = 0;
  let busiest = 0;
  let recent: number[] = [];
  const waiting: (() => void)[] = [];

  async function enter(): Promise<void> {
    recent = recent.filter((at) => at > now() - fiveMinutes);
    if (recent.length >= limits.perFiveMinutes) throw tooMany();
    recent.push(now());
    if (active < limits.concurrent) return void active++;
    if (waiting.length >= limits.queued) throw tooMany();
    // A request that leaves hands its place over.
    await new Promise<void>((resolve) => waiting.push(resolve));
  }
  function leave(): void {
    const next = waiting.shift();
    if (next === undefined) active--;
    else next();
  }

  return {
    async run(work) {
      await enter();
      busiest = Math.max(busiest, active);
      try {
        return await work();
      } finally {
        leave();
      }
    },
    get busiest() {
      return busiest;
    },
  };
}

function tooMany(): ODataError {
  return new ODataError(429, "Application_TooManyRequests", "Too many requests. Retry later.");
}
