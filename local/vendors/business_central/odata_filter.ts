import { ODataError } from "./odata_error.ts";

/** An entity of a collection, as it is written to the wire. */
export type Entity = Readonly<Record<string, unknown>>;

type Test = (entity: Entity) => boolean;

const tokens = /\s*(?:('(?:[^']|'')*')|([()])|([^\s()']+))/gy;

/**
 * The part of OData's `$filter` that an exporter needs: `eq`, `ne`, `and`, `or` and parentheses over texts, dates
 * and ids. `and` binds closer than `or`, `''` in a text is one quote.
 *
 * Not a library: those on npm either build SQL or have seen no release for years.
 */
export function parseFilter(text: string): Test {
  const words = tokenize(text);
  let at = 0;
  const next = (): string => words[at++] ?? refuse(text);
  const isNext = (word: string): boolean => words[at]?.toLowerCase() === word;

  function any(): Test {
    const tests = [all()];
    while (isNext("or")) at++, tests.push(all());
    return (entity) => tests.some((test) => test(entity));
  }
  function all(): Test {
    const tests = [one()];
    while (isNext("and")) at++, tests.push(one());
    return (entity) => tests.every((test) => test(entity));
  }
  function one(): Test {
    if (isNext("(")) {
      at++;
      const inner = any();
      return next() === ")" ? inner : refuse(text);
    }
    const [field, operator, value] = [next(), next().toLowerCase(), literal(next(), text)];
    if (!/^\w+$/.test(field) || (operator !== "eq" && operator !== "ne")) return refuse(text);
    return (entity) => {
      if (!Object.hasOwn(entity, field)) refuse(text);
      return (String(entity[field]) === value) === (operator === "eq");
    };
  }

  const test = any();
  return at === words.length ? test : refuse(text);
}

function tokenize(text: string): string[] {
  const words: string[] = [];
  tokens.lastIndex = 0;
  const end = text.trimEnd().length;
  while (tokens.lastIndex < end) {
    const match = tokens.exec(text);
    if (match === null) return refuse(text);
    words.push(match[1] ?? match[2] ?? match[3] ?? "");
  }
  return words;
}

function literal(word: string, text: string): string {
  if (word.startsWith("'")) return word.slice(1, -1).replaceAll("''", "'");
  return /^[\w.:-]+$/.test(word) ? word : refuse(text);
}

function refuse(text: string): never {
  throw new ODataError(400, "BadRequest", `Cannot understand the filter: ${text}`);
}
