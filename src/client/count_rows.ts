import type { Answer } from "./call.ts";
import { MOST_ROWS, type Part } from "./read_all.ts";

/** An answer of supabase-js that was asked to count. */
export type CountedAnswer<Row> = Answer<Row[]> & { readonly count?: number | null };

/** A call of a function; a part of its rows may be asked for. */
interface RpcQuery<Row> {
  range(first: number, last: number): RpcQuery<Row>;
  abortSignal(signal: AbortSignal): PromiseLike<CountedAnswer<Row>>;
}

/**
 * The rows of an answer, and how many are left behind them. `known`: rows before it that the API has counted, too.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { toPart } from "./count_rows.ts";
 *
 * const answer = { data: ["c", "d"], count: 7, error: null };
 * assert.deepEqual(toPart(answer, 2), { data: { rows: ["c", "d"], left: 3 }, error: null });
 * ```
 */
export function toPart<Row>(answer: CountedAnswer<Row>, known = 0): Answer<Part<Row>> {
  if (answer.error !== null) return answer;
  const { data: rows, count } = answer;
  return {
    error: null,
    data: { rows, left: typeof count === "number" ? count - known - rows.length : null },
  };
}

/** The rows of a function behind those that are known. The API has all of them at hand, so counting costs it nothing. */
export async function askFunction<Row>(
  client: unknown,
  name: string,
  args: unknown,
  signal: AbortSignal,
  known = 0,
): Promise<Answer<Part<Row>>> {
  const { rpc } = client as { rpc(...of: unknown[]): RpcQuery<Row> };
  const query = rpc.call(client, name, args, { count: "exact" });
  return toPart(await (known ? query.range(known, known + MOST_ROWS - 1) : query).abortSignal(signal), known);
}
