import type { Behaviour } from "./behaviour.ts";

/** An error as Xledger writes it: limits have a `code` next to the message, wrong values one in the extensions. */
export interface XledgerError {
  readonly message: string;
  readonly code?: string;
  readonly extensions?: Readonly<Record<string, unknown>>;
}

/** Counts requests as Xledger does. Limits answer with HTTP 200. */
export class Quotas {
  #recent: number[] = [];
  #open = 0;

  constructor(readonly behaviour: Behaviour) {}

  /** The limit that a request hits, or null and the request counts. */
  enter(now: number): XledgerError | null {
    const { burst, concurrency, credits, creditsResetAt } = this.behaviour;
    if (credits <= 0 && creditsResetAt !== null && now >= creditsResetAt) this.behaviour.credits = Infinity;
    this.#recent = this.#recent.filter((time) => time > now - burst.perMs);
    if (this.#recent.length >= burst.requests) return limit("BURST_RATE_LIMIT_REACHED", "Too many requests");
    if (this.#open >= concurrency) return limit("CONCURRENCY_LIMIT_REACHED", "Too many concurrent requests");
    if (this.behaviour.credits <= 0) {
      const extensions = creditsResetAt === null
        ? undefined
        : { resetAt: new Date(creditsResetAt).toISOString() };
      return { ...limit("INSUFFICIENT_CREDITS", "Not enough credits"), ...(extensions && { extensions }) };
    }
    this.#recent.push(now);
    this.#open++;
    return null;
  }

  leave(): void {
    this.#open--;
  }

  spend(credits: number): void {
    this.behaviour.credits -= credits;
  }
}

function limit(code: string, message: string): XledgerError {
  return { message, code: `BAD_REQUEST.${code}` };
}
