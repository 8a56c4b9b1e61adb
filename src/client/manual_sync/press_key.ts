import type { ClientEnvironment } from "../environment.ts";

/** A press that got no answer may still have arrived: for this long the next one asks under the same key. */
const LIFETIME_MS = 120_000;

/**
 * The idempotency key of a press, kept until there is an answer.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { systemEnvironment } from "../environment.ts";
 * import { PressKey } from "./press_key.ts";
 *
 * const key = new PressKey(systemEnvironment);
 * const first = key.take();
 * assert.equal(key.take(), first); // Nobody has answered: the same press once more.
 * key.settle();
 * assert.notEqual(key.take(), first);
 * ```
 */
export class PressKey {
  readonly #environment: ClientEnvironment;
  #key: string | null = null;
  #madeAt = 0;

  /** Makes no key yet. */
  constructor(environment: ClientEnvironment) {
    this.#environment = environment;
  }

  /** The key of this press: a new one, or that of a press just now that may have arrived. */
  take(): string {
    const now = this.#environment.now();
    if (this.#key === null || now - this.#madeAt > LIFETIME_MS) {
      this.#key = this.#environment.newKey();
      this.#madeAt = now;
    }
    return this.#key;
  }

  /** The press was answered: the next one is another. */
  settle(): void {
    this.#key = null;
  }
}
