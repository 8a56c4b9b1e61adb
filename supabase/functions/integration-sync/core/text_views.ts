/**
 * What a text says when it is decoded.
 *
 * @module
 */

/** Bytes, one a character, and for each of them its place in the text that it was read from. */
export interface View {
  readonly bytes: string;
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

/** How often a text is decoded: base64 of base64, hexadecimal digits of base64, and so on. */
const depth = 2;
// A run that is shorter holds no secret that counts: 8 bytes make 11 characters of base64, or 16 hexadecimal digits.
const shortest = { base64: 11, hex: 16 };
const between = -1;
const outside = -2;

/** For each byte the value of the digit, or whether it may be between digits. */
function alphabet(digits: string, signs: string): Int8Array {
  const values = new Int8Array(256).fill(outside);
  for (const sign of signs) values[sign.charCodeAt(0)] = between;
  [...digits].forEach((digit, n) => values[digit.charCodeAt(0)] = n);
  return values;
}

const base64 = alphabet("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", " \t\r\n\\");
base64.set([62], 0x2d);
base64.set([63], 0x5f);
const hex = alphabet("0123456789abcdef", " \t\r\n\\:,-");
hex.set([10, 11, 12, 13, 14, 15], 0x41);

/**
 * The text as UTF-8, and everything that it becomes when it is decoded up to twice. Decoded are bytes of an address,
 * escapes of JSON, C and HTML, base64 of both alphabets and hexadecimal digits, wherever they begin within a longer
 * run. Decoding makes a text shorter, so all views together are at most some twenty times as long as the text.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { viewsOf } from "./text_views.ts";
 *
 * const said = `It says ${btoa("a longer text")}.`;
 * const view = [...viewsOf(said)].find(({ bytes }) => bytes.includes("a longer text"));
 * assert.equal(view?.starts.at(view.bytes.indexOf("a longer text")), said.indexOf(btoa("a longer text")));
 * ```
 */
export function* viewsOf(text: string): Generator<View> {
  let level = [utf8(text)];
  for (let left = depth; level.length > 0; left--) {
    const next: View[] = [];
    for (const view of level) {
      let plain = view;
      for (plain of unescapings(view)) yield plain;
      if (left > 0) next.push(...decoded(plain));
    }
    level = next;
  }
}

/**
 * The text as it is, and as it becomes when escapes in it are resolved, also escapes within escapes. A secret that looks like
 * one is found by what becomes of it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { spellingsOf } from "./text_views.ts";
 *
 * assert.deepEqual(spellingsOf("a%5Cu0062c"), ["a%5Cu0062c", "a\\u0062c", "abc"]);
 * ```
 */
export function spellingsOf(text: string): string[] {
  return Array.from(unescapings(utf8(text)), ({ bytes }) => bytes);
}

function* unescapings(view: View): Generator<View> {
  for (let times = 0; times <= depth; times++) {
    yield view;
    const plainer = unescaped(view);
    if (plainer === view) return;
    view = plainer;
  }
}

function utf8(text: string): View {
  const view = new ViewBuilder();
  let at = 0;
  for (const character of text) {
    const next = at + character.length;
    const code = character.charCodeAt(0);
    if (code < 0x80) view.add(code, at, next);
    else view.addText(character, at, next);
    at = next;
  }
  return view;
}

// A byte of an address (also of one within another), an escape of JSON or C, a reference of HTML.
const escapes =
  /%(?:25)*([0-9a-f]{2})|\\+x([0-9a-f]{2})|\\+u(d[89ab][0-9a-f]{2})\\+u(d[c-f][0-9a-f]{2})|\\+u([0-9a-f]{4})|\\+(["\\/bfnrt])|&(?:amp;)*#(?:x([0-9a-f]{1,6})|(\d{1,7}));|&(?:amp;)*(amp|lt|gt|quot|apos);/gi;
const named: Readonly<Record<string, string>> = {
  ...{ b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" },
  ...{ amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" },
};

function unescaped(view: View): View {
  if (!/[%\\&]/.test(view.bytes)) return view;
  let plain: ViewBuilder | undefined;
  let copied = 0;
  for (const match of view.bytes.matchAll(escapes)) {
    const { index } = match;
    const end = index + match[0].length;
    plain ??= new ViewBuilder();
    plain.copy(view, copied, index);
    copied = end;
    const place = [view.starts[index] ?? 0, view.ends[end - 1] ?? 0] as const;
    const [, percent, hex, high, low, unit, sign, reference, decimal, name] = match;
    const byte = percent ?? hex;
    if (byte !== undefined) plain.add(parseInt(byte, 16), ...place);
    else if (high !== undefined && low !== undefined) {
      plain.addText(String.fromCharCode(parseInt(high, 16), parseInt(low, 16)), ...place);
    } else if (unit !== undefined) plain.addText(String.fromCharCode(parseInt(unit, 16)), ...place);
    else if (reference !== undefined || decimal !== undefined) {
      const code = reference === undefined ? Number(decimal) : parseInt(reference, 16);
      plain.addText(String.fromCodePoint(Math.min(code, 0x10ffff)), ...place);
    } else {
      const word = sign ?? name ?? "";
      plain.addText(named[word.toLowerCase()] ?? word, ...place);
    }
  }
  plain?.copy(view, copied, view.bytes.length);
  return plain ?? view;
}

function decoded(view: View): View[] {
  // Line breaks belong to long base64, and signs between bytes to hexadecimal digits.
  return [...decodedAs(view, base64, 6, shortest.base64), ...decodedAs(view, hex, 4, shortest.hex)]
    .filter(({ bytes }) => bytes !== "");
}

/** A view for each place within a group of digits where a byte may begin. */
function decodedAs(view: View, values: Int8Array, bits: number, least: number): View[] {
  const views = Array.from({ length: bits === 6 ? 4 : 2 }, () => new ViewBuilder());
  let run: number[] = [];
  const end = () => {
    if (run.length >= least) {
      views.forEach((into, offset) => decodeRun(view, run, offset, values, bits, into));
    }
    if (run.length > 0) run = [];
  };
  for (let at = 0; at < view.bytes.length; at++) {
    const value = values[view.bytes.charCodeAt(at)] ?? outside;
    if (value >= 0) run.push(at);
    else if (value === outside) end();
  }
  end();
  return views;
}

function decodeRun(
  view: View,
  run: readonly number[],
  offset: number,
  values: Int8Array,
  bits: number,
  into: ViewBuilder,
): void {
  let held = 0;
  let heldBits = 0;
  let first = run[offset] ?? 0;
  for (let n = offset; n < run.length; n++) {
    const at = run[n] ?? 0;
    if (heldBits === 0) first = at;
    held = (held << bits) | (values[view.bytes.charCodeAt(at)] ?? 0);
    heldBits += bits;
    if (heldBits < 8) continue;
    heldBits -= 8;
    into.add(held >> heldBits, view.starts[first] ?? 0, view.ends[at] ?? 0);
    held &= (1 << heldBits) - 1;
    // What is left of this character begins the next byte.
    first = at;
  }
  // Two runs are two texts.
  into.add(0, view.starts[first] ?? 0, view.starts[first] ?? 0);
}

const encoder = new TextEncoder();

class ViewBuilder implements View {
  bytes = "";
  readonly starts: number[] = [];
  readonly ends: number[] = [];

  add(byte: number, start: number, end: number): void {
    this.bytes += String.fromCharCode(byte);
    this.starts.push(start);
    this.ends.push(end);
  }

  addText(text: string, start: number, end: number): void {
    for (const byte of encoder.encode(text)) this.add(byte, start, end);
  }

  copy(view: View, from: number, to: number): void {
    this.bytes += view.bytes.slice(from, to);
    for (let at = from; at < to; at++) {
      this.starts.push(view.starts[at] ?? 0);
      this.ends.push(view.ends[at] ?? 0);
    }
  }
}
