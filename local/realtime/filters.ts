/** One condition on a column, in Postgres's words. */
export interface Condition {
  readonly column: string;
  readonly operator: "=" | "<>" | "<" | "<=" | ">" | ">=" | "in";
  /** One value, or those of `in`. */
  readonly values: readonly string[];
}

const OPERATORS = { eq: "=", neq: "<>", lt: "<", lte: "<=", gt: ">", gte: ">=", in: "in" } as const;

/**
 * Reads a filter such as `run_id=eq.4711`, `status=in.(pending,running)` or several with commas between them; each must
 * hold. Throws for an operator that the stand-in does not know, rather than letting everything through.
 *
 * @example
 * ```ts ignore
 * parseFilter("run_id=eq.4711"); // [{ column: "run_id", operator: "=", values: ["4711"] }]
 * ```
 */
export function parseFilter(filter: string): Condition[] {
  // A comma within the brackets of a list separates its values.
  return filter.trim() === "" ? [] : filter.split(/,(?![^(]*\))/).map(parseCondition);
}

function parseCondition(text: string): Condition {
  const [, column, name, value] = /^([^=]+)=([a-z]+)\.(.*)$/s.exec(text.trim()) ?? [];
  if (column === undefined || value === undefined || name === undefined || !(name in OPERATORS)) {
    throw new Error(`Error parsing \`filter\` params: ${JSON.stringify(text)}`);
  }
  const operator = OPERATORS[name as keyof typeof OPERATORS];
  if (operator !== "in") return { column, operator, values: [value] };
  const list = /^\((.*)\)$/s.exec(value)?.[1];
  if (list === undefined) throw new Error(`Error parsing \`filter\` params: ${JSON.stringify(text)}`);
  return { column, operator, values: list.split(",") };
}
