// Shorter values are words like "eu-1", and of no use to a thief.
const shortest = 8;

/**
 * A function that replaces every text of the given credentials, wherever it stands, by three asterisks.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { redactor } from "./redactor.ts";
 *
 * const redact = redactor({ token: "s3cr3t-token", region: "eu-1" });
 * assert.equal(redact("Bad format for API token s3cr3t-token in eu-1"), "Bad format for API token *** in eu-1");
 * ```
 */
export function redactor(credentials: unknown): (text: string) => string {
  // The longest first: one may contain another.
  const secrets = [...texts(credentials)]
    .filter((text) => text.length >= shortest)
    .sort((a, b) => b.length - a.length);
  return (text) => secrets.reduce((cleaned, secret) => cleaned.replaceAll(secret, "***"), text);
}

function* texts(value: unknown): Generator<string> {
  if (typeof value === "string") yield value;
  else if (typeof value === "object" && value !== null) {
    for (const part of Object.values(value)) yield* texts(part);
  }
}
