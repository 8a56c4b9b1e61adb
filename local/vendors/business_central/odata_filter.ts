import { ODataError } from "./odata_error.ts";

/** An entity of a collection, as it is written to the wire. */
export type Entity = Readonly<Record<string, unknown>>;

type Test = ((entity: Entity) => boolean) & {
  readonly equals?: { readonly field: string; readonly value: string };
};

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
    return oneOf(tests, text) ?? ((entity) => tests.some((test) => test(entity)));
  }
  function all(): Test {
    const first = one();
    const tests = [first];
    while (isNext("and")) at++, tests.push(one());
    return tests.length === 1 ? first : (entity) => tests.every((test) => test(entity));
  }
  function one(): Test {
    if (isNext("(")) {
      at++;
      const inner = any();
      return next() === ")" ? inner : refuse(text);
    }
    const [field, operator, value] = [next(), next().toLowerCase(), literal(next(), text)];
    if (!/^\w+$/.test(field) || (operator !== "eq" && operator !== "ne")) return refuse(text);
    const test = (entity: Entity): boolean => {
      if (!Object.hasOwn(entity, field)) refuse(text);
      return (String(entity[field]) === value) === (operator === "eq");
    };
    return operator === "eq" ? Object.assign(test, { equals: { field, value } }) : test;
  }

  const test = any();
  return at === words.length ? test : refuse(text);
}

/** A hundred numbers of one field, asked of a ledger of thousands, in one look each. */
function oneOf(tests: readonly Test[], text: string): Test | null {
  const field = tests[0]?.equals?.field;
  if (field === undefined || tests.some(({ equals }) => equals?.field !== field)) return null;
  const values = new Set(tests.map(({ equals }) => equals?.value));
  return (entity) => {
    if (!Object.hasOwn(entity, field)) refuse(text);
    return values.has(String(entity[field]));
  };
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
