/**
 * What must not be told: credentials, and whatever is got with them.
 *
 * @module
 */

/** The secrets that a connector holds. */
export interface Secrets {
  /** From now on, this is not told either. */
  add(secret: string): void;
  /**
   * The text with three asterisks for each secret: as it is, and as it looks in an address, in JSON or in base64.
   * Call it before a text is cut, for half of a secret is not recognised.
   */
  redact(text: string): string;
}

// Shorter values are words like "eu-1", and of no use to a thief.
const shortest = 8;
// Nobody keeps as much of what another system says, and one that talks without end costs no time.
const longestText = 20_000;

/**
 * Knows every text of the given credentials.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { createSecrets } from "./secrets.ts";
 *
 * const secrets = createSecrets({ token: "s3cr3t/token", region: "eu-1" });
 * assert.equal(secrets.redact("Bad token s3cr3t/token in eu-1"), "Bad token *** in eu-1");
 * assert.equal(secrets.redact("GET /?token=s3cr3t%2Ftoken"), "GET /?token=***");
 * secrets.add("what-we-got-for-it");
 * assert.equal(secrets.redact("Bearer what-we-got-for-it has ended"), "Bearer *** has ended");
 * ```
 */
export function createSecrets(credentials: unknown = null): Secrets {
  const plain = new Set<string>();
  const written = new Set<string>();
  let least = Infinity;
  const add = (secret: string) => {
    // Standard Webhooks: what follows is the key itself.
    for (const text of [secret, secret.replace(/^whsec_/, "")]) {
      if (text.length < shortest || plain.has(text)) continue;
      plain.add(text);
      least = Math.min(least, text.length);
      for (const way of [text, ...inBase64(text)]) {
        const { folded } = fold(way);
        if (folded.length < shortest) continue;
        written.add(folded);
        least = Math.min(least, folded.length);
      }
    }
  };
  for (const text of texts(credentials)) add(text);
  return {
    add,
    redact(text) {
      // No way of writing is shorter. It spares most of the time: each number of an exported entry comes this way.
      if (text.length < least) return text;
      // The longest first: one may contain another.
      const secrets = [...plain].sort((a, b) => b.length - a.length);
      const left = secrets.reduce(
        (said, secret) => said.replaceAll(secret, "***"),
        text.slice(0, longestText),
      );
      return mask(left, written);
    },
  };
}

/** With a list of its own instead of the stack: credentials may be nested deeper than that is. */
function texts(value: unknown): string[] {
  const found: string[] = [];
  const open = [value];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next === "string") found.push(next);
    else if (typeof next === "object" && next !== null) {
      for (const part of Object.values(next)) open.push(part);
    }
  }
  return found;
}

/**
 * The characters that a text alone makes in base64. Where it begins within a longer one, such as that of
 * "user:secret", decides how it looks there; at its ends, it shares characters with its neighbours.
 */
function inBase64(text: string): string[] {
  const binary = Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join("");
  return [0, 1, 2].map((before) => {
    const bits = (before + binary.length) * 8;
    return btoa("\0".repeat(before) + binary).slice(Math.ceil(before * 8 / 6), Math.floor(bits / 6));
  });
}

function mask(text: string, written: ReadonlySet<string>): string {
  const { folded, starts, ends } = fold(text);
  const found: [start: number, end: number][] = [];
  for (const secret of written) {
    for (let at = folded.indexOf(secret); at >= 0; at = folded.indexOf(secret, at + 1)) {
      found.push([starts[at] ?? 0, ends[at + secret.length - 1] ?? text.length]);
    }
  }
  let masked = "";
  let told = 0;
  for (const [start, end] of found.sort(([a], [b]) => a - b)) {
    if (start >= told) masked += `${text.slice(told, start)}***`;
    told = Math.max(told, end);
  }
  return masked + text.slice(told);
}

// A byte of an address (also of one within another), an escape of JSON, or a character.
const units = /%(?:25)*([0-9a-f]{2})|\\+(?:u([0-9a-f]{4})|[bfnrt])?|[^]/gi;

/**
 * A text as it is whichever way it was written: small letters, digits and signs. Left out is what is written in many
 * ways (blanks, letters beyond ASCII), marks these ways (backslash, percent), or differs between the alphabets of
 * base64. `starts` and `ends` say where each character stood.
 */
function fold(text: string): { folded: string; starts: number[]; ends: number[] } {
  let folded = "";
  const starts: number[] = [];
  const ends: number[] = [];
  for (const { 0: unit, 1: byte, 2: escaped, index } of text.matchAll(units)) {
    const digits = byte ?? escaped;
    const code = digits === undefined ? unit.charCodeAt(0) : parseInt(digits, 16);
    const character = String.fromCharCode(code);
    if (code > 0x7e || /[\0- %\\+-]/.test(character)) continue;
    folded += character === "_" ? "/" : character.toLowerCase();
    starts.push(index);
    ends.push(index + unit.length);
  }
  return { folded, starts, ends };
}
