/**
 * What the rules of a voucher and of its lines share. Each function has its twin in SQL (`sync_scheduler.fields_fault`).
 *
 * @module
 */

/** What is wrong with an entry. */
export interface EntryFault {
  /** Where: a path such as `payload.lines[0].debit`. */
  readonly field: string;
  /** Why, in one sentence. It names fields and never quotes a value of the payload. */
  readonly reason: string;
}

/** A JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Which fields of an object a connector exports, and which the integration ignores. */
export interface KnownFields {
  /** Null: all of them. */
  readonly exported: readonly string[] | null;
  /** Fields that are left out, whatever they hold. */
  readonly ignored: readonly string[];
}

const checkedElsewhere = new Set(["lines", "account", "debit", "credit"]);

/** Where an object is: its path, and how a sentence about one of its fields begins. */
export interface Place {
  readonly path: string;
  readonly subject: string;
}

/** The voucher itself. */
export const VOUCHER: Place = { path: "payload", subject: "The voucher's" };

/** The line with this index. */
export function linePlace(index: number): Place {
  return { path: `payload.lines[${index}]`, subject: `Line ${index + 1}:` };
}

/** Makes the fault of one field. */
export function fieldFault({ path, subject }: Place, name: string, what: string): EntryFault {
  return { field: `${path}.${name}`, reason: `${subject} ${name} ${what}.` };
}

/**
 * The first fault of what every voucher and every line may have: fields that are not exported, dates, a currency.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { fieldsFault, VOUCHER } from "./voucher_fields.ts";
 *
 * const all = { exported: null, ignored: [] };
 * assert.equal(fieldsFault({ due_date: "2026-02-28", currency: "NOK" }, VOUCHER, all), null);
 * assert.deepEqual(fieldsFault({ due_date: "2026-02-30" }, VOUCHER, all), {
 *   field: "payload.due_date",
 *   reason: "The voucher's due_date must be a date that exists, YYYY-MM-DD.",
 * });
 * ```
 */
export function fieldsFault(object: JsonObject, place: Place, known: KnownFields): EntryFault | null {
  let first: { readonly name: string; readonly what: string } | null = null;
  for (const name of Object.keys(object)) {
    const what = known.ignored.includes(name)
      ? null
      : known.exported === null || known.exported.includes(name)
      ? valueFault(name, object[name], known)
      : "is not exported: remove it, or list it in ignored_fields";
    // Of several faults the one whose name comes first: objects have no order.
    if (what !== null && (first === null || byCodePoint(name, first.name) < 0)) first = { name, what };
  }
  return first === null ? null : fieldFault(place, [...first.name].slice(0, 100).join(""), first.what);
}

/** What a connector exports field by field are texts, and `dimensions` an object of texts. */
function valueFault(name: string, value: unknown, { exported, ignored }: KnownFields): string | null {
  if (value === null || checkedElsewhere.has(name)) return null;
  if (name === "date" || name.endsWith("_date")) {
    return isDate(value) ? null : "must be a date that exists, YYYY-MM-DD";
  }
  if (name === "currency") {
    const isCode = typeof value === "string" && /^[A-Z]{3}$/.test(value);
    return isCode ? null : "must be a currency code of three capital letters";
  }
  if (exported === null) return null;
  if (name === "dimensions") {
    const areTexts = isObject(value) &&
      Object.entries(value).every(([dimension, text]) =>
        text === null || isFilled(text) || ignored.includes(`dimensions.${dimension}`)
      );
    return areTexts ? null : "must be an object of texts";
  }
  if (typeof value !== "string") return "must be a text";
  return name === "description" || isFilled(value) ? null : "must not be empty";
}

/** Whether it is a JSON object. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether it is a text that says something. */
export function isFilled(value: unknown): value is string {
  return typeof value === "string" && /\S/.test(value);
}

/**
 * Whether it is a day of the calendar, `YYYY-MM-DD`. `Date` alone takes 30 February for the second of March.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { isDate } from "./voucher_fields.ts";
 *
 * assert.deepEqual(["2026-02-28", "2026-02-30", "2026-13-01", 20261123].map(isDate), [true, false, false, false]);
 * ```
 */
export function isDate(value: unknown): value is string {
  if (typeof value !== "string" || !/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/.test(value)) return false;
  const date = new Date(`${value}T00:00:00Z`);
  // Postgres has no year 0.
  return !value.startsWith("0000") && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value);
}

/** The order of `collate "C"`, which is not that of UTF-16 units. */
function byCodePoint(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  const index = left.findIndex((character, n) => character !== right[n]);
  if (index === -1) return left.length - right.length;
  return (left[index]?.codePointAt(0) ?? 0) - (right[index]?.codePointAt(0) ?? -1);
}
