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
 * The surroundings of a browser, Deno or Node.
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
  // Browsers have randomUUID on https and localhost only; a phone that tries out a developer's machine is on neither.
  newKey: () => crypto.getRandomValues(new Uint32Array(4)).join("-"),
  after(milliseconds, callback) {
    const timer = setTimeout(callback, milliseconds);
    return () => clearTimeout(timer);
  },
};
