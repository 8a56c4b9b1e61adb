import { storableText } from "../../core/storable_text.ts";

const longestWords = 300;
// A refusal is short. The search for 500 keys in a megabyte would take an isolate's processor time.
const longestSearch = 64 * 1024;
const shortestInProse = 4;
/** Where receivers write their messages, the most precise first. */
const fields = ["message", "detail", "error_description", "error", "title", "errors", "reason", "results"];

/** What the body of a refusal says. */
export interface Refused {
  /** The receiver's own words, empty when it gave none that a person could read. */
  readonly words: string;
  /** Whether it names entries of the batch. */
  readonly namesEntries: boolean;
}

/**
 * Reads the body of a refusal: what the receiver says, and whether it speaks of entries of the batch. In JSON an entry is
 * named by a text that is its key, or by a name with a digit in it. Within prose it is named by a whole word of at least
 * four characters: shorter keys are words of every language. A key that is the status itself proves nothing.
 *
 * @param text The body.
 * @param keys The entry keys of the batch.
 * @param status The status of the answer.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readRefusal } from "./words.ts";
 *
 * assert.deepEqual(readRefusal('{"error":{"message":"Entry a-17: no such account"}}', ["a-17"], 404), {
 *   words: "Entry a-17: no such account",
 *   namesEntries: true,
 * });
 * assert.deepEqual(readRefusal("<html>Not found</html>", ["html"], 404), { words: "", namesEntries: false });
 * ```
 */
export function readRefusal(text: string, keys: readonly string[], status: number): Refused {
  if (/^\s*</.test(text)) return { words: "", namesEntries: false };
  const sought = keys.filter((key) => key !== String(status));
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { words: storableText(text, longestWords), namesEntries: isNamed(text, sought) };
  }
  const { texts, names } = partsOf(json);
  const exact = new Set([...texts, ...names.filter((name) => /\d/.test(name))]);
  return {
    words: storableText(wordsOf(json) ?? textOf(json, text), longestWords),
    namesEntries: sought.some((key) => exact.has(key)) || isNamed(texts.join("\n"), sought),
  };
}

/** Every text and every name in a JSON value. */
function partsOf(json: unknown): { texts: string[]; names: string[] } {
  const texts: string[] = [];
  const names: string[] = [];
  const open: unknown[] = [json];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value === "string") texts.push(value);
    if (typeof value !== "object" || value === null) continue;
    if (!Array.isArray(value)) names.push(...Object.keys(value));
    open.push(...Object.values(value));
  }
  return { texts, names };
}

/** A body that says nothing in the usual fields, as it came; an empty one says nothing at all. */
function textOf(json: unknown, text: string): string {
  if (typeof json !== "object") return String(json);
  return json === null || Object.keys(json).length === 0 ? "" : text;
}

/** By whole words, so that the key `2026-1` is not found in `2026-10`. */
function isNamed(prose: string, keys: readonly string[]): boolean {
  const text = prose.slice(0, longestSearch);
  return keys.some((key) => key.length >= shortestInProse && hasWord(text, key));
}

function hasWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const around = [text.charAt(at - 1), text.charAt(at + word.length)];
    if (!around.some((character) => /[\p{L}\p{N}_-]/u.test(character))) return true;
  }
  return false;
}

function wordsOf(json: unknown): string | null {
  if (typeof json === "string") return json;
  if (typeof json !== "object" || json === null) return null;
  if (Array.isArray(json)) return json.length > 0 ? wordsOf(json[0]) : null;
  for (const field of fields) {
    const inner: unknown = Reflect.get(json, field);
    const words = inner === undefined ? null : wordsOf(inner);
    if (words !== null && words.trim() !== "") return words;
  }
  return null;
}
