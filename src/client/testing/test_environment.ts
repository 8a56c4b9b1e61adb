import { setImmediate } from "node:timers/promises";
import type { ClientEnvironment } from "../environment.ts";

/** A clock that stops until a test moves it, chance that is always one half, and keys that count. */
export class TestEnvironment implements ClientEnvironment {
  #now = Date.parse("2026-11-25T12:00:00Z");
  #keys = 0;
  #timers: { readonly at: number; readonly callback: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  random(): number {
    return 0.5;
  }

  newKey(): string {
    return `key-${++this.#keys}`;
  }

  after(milliseconds: number, callback: () => void): () => void {
    const timer = { at: this.#now + milliseconds, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** How many timers are set: none should be left when something is over. */
  get timers(): number {
    return this.#timers.length;
  }

  /** Lets time pass, timer by timer, and what they set in motion come to rest before the next. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    await settle();
    for (;;) {
      const next = this.#timers.toSorted((a, b) => a.at - b.at)[0];
      if (next === undefined || next.at > end) break;
      this.#now = next.at;
      this.#timers = this.#timers.filter((timer) => timer !== next);
      next.callback();
      await settle();
    }
    this.#now = end;
  }
}

/** Lets everything run that waits for nothing but its turn. */
export async function settle(): Promise<void> {
  // A turn begins when no microtask is left; a few, because supabase-js takes some of its own.
  for (let turn = 0; turn < 5; turn++) await setImmediate();
}
