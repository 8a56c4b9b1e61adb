/**
 * lite guesses the type of a filter's value from its text: `unknown` and `null` become null, `1e3` and `12.50` become
 * numbers. PostgREST hands the text to Postgres, which knows the column's type. lite takes a quoted value as it is, so
 * every value is quoted here on its way to lite.
 *
 * @module
 */

const RESERVED = new Set(["select", "order", "limit", "offset", "on_conflict", "columns", "apikey"]);
const COMPARISON = /^((?:not\.)?(?:eq|neq|gte?|lte?)\.)(.*)$/s;
const LIST = /^((?:not\.)?in\.)\((.*)\)$/s;
const TREE = /(^|\.)(or|and)$/;

/**
 * The query of a request to the Data API, with every value of a filter quoted for lite.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { quoteFilters } from "./literal_filters.ts";
 *
 * const query = new URLSearchParams("select=*&state=eq.unknown&or=(a.eq.1e3,b.in.(null,x))");
 * assert.equal(
 *   decodeURIComponent(quoteFilters(query).toString()),
 *   'select=*&state=eq."unknown"&or=(a.eq."1e3",b.in.("null","x"))',
 * );
 * ```
 */
export function quoteFilters(query: URLSearchParams): URLSearchParams {
  return new URLSearchParams(
    [...query].map(([name, value]) => [
      name,
      RESERVED.has(name) ? value : TREE.test(name) ? quoteTree(value) : quoteFilter(value, quoteAll),
    ]),
  );
}

/** One `eq.value` or `in.(value,value)`; anything else stays as it is. */
function quoteFilter(filter: string, quote: (value: string) => string): string {
  const [, comparison, value] = COMPARISON.exec(filter) ?? [];
  if (comparison !== undefined && value !== undefined) return comparison + quote(value);
  const [, list, values] = LIST.exec(filter) ?? [];
  if (list === undefined || values === undefined) return filter;
  return `${list}(${split(values).map(quoteElement).join(",")})`;
}

/** `(column.eq.value,and(...))`: a tree of filters. */
function quoteTree(tree: string): string {
  const [, inner] = /^\((.*)\)$/s.exec(tree) ?? [];
  if (inner === undefined) return tree;
  const parts = split(inner).map((part) => {
    const [, operator, nested] = /^((?:not\.)?(?:and|or)\s*)(\(.*\))$/s.exec(part.trim()) ?? [];
    if (operator !== undefined && nested !== undefined) return operator + quoteTree(nested);
    const column = part.indexOf(".") + 1;
    return part.slice(0, column) + quoteFilter(part.slice(column), quoteElement);
  });
  return `(${parts.join(",")})`;
}

/** A single value: its own quotes, if it has any, are part of it. */
function quoteAll(value: string): string {
  return isComposite(value) ? value : `"${value}"`;
}

/** A value among others: one that contains a quote was quoted by its author. */
function quoteElement(value: string): string {
  return isComposite(value) || value.includes('"') ? value : `"${value.replaceAll("\\", "\\\\")}"`;
}

/** Arrays and objects have rules of their own. */
function isComposite(value: string): boolean {
  return /^\{.*\}$/s.test(value);
}

/** Splits at the commas that are neither quoted nor in brackets. */
function split(text: string): string[] {
  const parts: string[] = [];
  let [depth, isQuoted, begin] = [0, false, 0];
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (sign === "\\" && isQuoted) at++;
    else if (sign === '"') isQuoted = !isQuoted;
    else if (isQuoted) continue;
    else if (sign === "(" || sign === "{") depth++;
    else if (sign === ")" || sign === "}") depth--;
    else if (sign === "," && depth === 0) {
      parts.push(text.slice(begin, at));
      begin = at + 1;
    }
  }
  return text === "" ? [] : [...parts, text.slice(begin)];
}
