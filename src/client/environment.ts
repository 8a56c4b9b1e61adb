/**
 * What the library takes from its surroundings, as an argument: tests bring their own time, chance and keys.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { type ClientEnvironment, systemEnvironment } from "./environment.ts";
 *
 * const noon: ClientEnvironment = { ...systemEnvironment, now: () => Date.parse("2026-11-25T12:00:00Z") };
 * assert.equal(new Date(noon.now()).getUTCHours(), 12);
 * ```
 */
export interface ClientEnvironment {
  /** Milliseconds since the epoch. */
  now(): number;
  /** A number in [0, 1). */
  random(): number;
  /** A new idempotency key: unique, at most 200 characters. */
  newKey(): string;
  /** Calls back once after `milliseconds`, unless the function that it returns was called before. */
  after(milliseconds: number, callback: () => void): () => void;
}

/**
 * The surroundings of a browser, Deno, Node or React Native.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { systemEnvironment } from "./environment.ts";
 *
 * assert.notEqual(systemEnvironment.newKey(), systemEnvironment.newKey());
 * await new Promise<void>((resolve) => systemEnvironment.after(1, resolve));
 * ```
 */
export const systemEnvironment: ClientEnvironment = {
  now: () => Date.now(),
  random: () => Math.random(),
  newKey: () => [...randomNumbers()].join("-"),
  after(milliseconds, callback) {
    const timer = setTimeout(callback, milliseconds);
    return () => clearTimeout(timer);
  },
};

/**
 * Four numbers that do not come twice. Browsers have randomUUID on https and localhost only. React Native has no `crypto`
 * at all; a key must be unique there, not secret: it counts within one organisation only.
 */
function randomNumbers(): Iterable<number> {
  const { crypto } = globalThis as { crypto?: Crypto };
  if (crypto?.getRandomValues) return crypto.getRandomValues(new Uint32Array(4));
  return [Date.now(), ...Array.from({ length: 3 }, () => Math.floor(Math.random() * 2 ** 32))];
}
