/**
 * What must stay secret: credentials, and tokens obtained with them.
 *
 * @module
 */
import { spellingsOf, type View, viewsOf } from "./text_views.ts";

/** The secrets that a connector holds. */
export interface Secrets {
  /** From now on, this is secret, too. */
  add(secret: string): void;
  /**
   * The text with three asterisks for each secret. It finds a secret as it is, and as it looks in an address, JSON,
   * HTML, base64, hexadecimal digits, or in two of these within each other. Call it before a text is cut, because half
   * of a secret is not recognised. The text behind the first 20,000 characters is left out.
   */
  redact(text: string): string;
}

// Shorter values are words like "eu-1", and of no use to a thief.
const shortest = 8;
// No caller keeps as much of what another system says, and a system that talks without end costs no time.
const longestText = 20_000;
// A secret that begins before the end is seen whole, also where it is written four times as long.
const margin = 4_000;

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
 * assert.equal(secrets.redact(`Basic ${btoa("user:s3cr3t/token")}`), "Basic dXNlcj***=");
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
      if (text.length < shortest) continue;
      least = Math.min(least, text.length);
      for (const spelling of spellingsOf(text).filter(({ length }) => length >= shortest)) {
        plain.add(spelling);
        const { folded } = fold(spelling);
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
      const found: Range[] = [];
      for (const view of viewsOf(text.slice(0, longestText + margin))) {
        if (view.bytes.length < least) continue;
        find(view, view.bytes, plain, null, found);
        const { folded, places } = fold(view.bytes);
        find(view, folded, written, places, found);
      }
      return mask(text.slice(0, longestText), found);
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

type Range = readonly [start: number, end: number];

/** The places in the original text of the secrets that a view shows. */
function find(
  { starts, ends }: View,
  shown: string,
  secrets: ReadonlySet<string>,
  places: readonly number[] | null,
  found: Range[],
): void {
  const place = (at: number) => places === null ? at : places[at] ?? 0;
  for (const secret of secrets) {
    for (let at = shown.indexOf(secret); at >= 0; at = shown.indexOf(secret, at + 1)) {
      found.push([starts[place(at)] ?? 0, ends[place(at + secret.length - 1)] ?? 0]);
    }
  }
}

function mask(text: string, found: Range[]): string {
  let masked = "";
  let copied = 0;
  for (const [start, end] of found.sort(([a], [b]) => a - b)) {
    if (start >= text.length) break;
    if (start >= copied && end > copied) masked += `${text.slice(copied, start)}***`;
    copied = Math.max(copied, end);
  }
  return masked + text.slice(copied);
}

/**
 * Bytes as they are whichever way they were written: small letters, digits and signs. Left out is what is written in
 * many ways (blanks, letters beyond ASCII) or marks these ways (backslash, percent). `places` says where each character
 * was.
 */
function fold(bytes: string): { folded: string; places: number[] } {
  let folded = "";
  const places: number[] = [];
  for (let at = 0; at < bytes.length; at++) {
    const character = folds[bytes.charCodeAt(at)] ?? "";
    if (character === "") continue;
    folded += character;
    places.push(at);
  }
  return { folded, places };
}

const folds = Array.from({ length: 256 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (code <= 0x20 || code > 0x7e || "%\\+-".includes(character)) return "";
  return character === "_" ? "/" : character.toLowerCase();
});
