import * as z from "../../core/zod.ts";
import { chunk } from "../../core/chunk.ts";
import { lostFault, type XledgerFault } from "./fault.ts";
import { askWithRetry, type XledgerLink } from "./request.ts";

const idsAtOnce = 500;
const pageSize = 1000;
const mostPages = 50;

/** A filter, and variables that it uses, for each group of identifiers that fits into one query. */
export type Filters = readonly {
  readonly filter: string;
  readonly variables: Readonly<Record<string, unknown>>;
}[];

/**
 * Filters by external identifier.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { byExtIdentifier } from "./pages.ts";
 *
 * assert.deepEqual(byExtIdentifier(["a"]), [{ filter: "extIdentifier_in: $ids", variables: { ids: ["a"] } }]);
 * ```
 */
export function byExtIdentifier(ids: readonly string[]): Filters {
  return chunk(ids, idsAtOnce).map((group) => ({
    filter: "extIdentifier_in: $ids",
    variables: { ids: group },
  }));
}

/**
 * Filters by values of a type whose name is not sure, written as literals: a variable's type would have to be declared.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { byLiteral } from "./pages.ts";
 *
 * assert.deepEqual(byLiteral("dbId", ["1", "2"]), [{ filter: "dbId_in: [1, 2]", variables: {} }]);
 * ```
 */
export function byLiteral(field: string, literals: readonly string[]): Filters {
  return chunk(literals, idsAtOnce).map((group) => ({
    filter: `${field}_in: [${group.join(", ")}]`,
    variables: {},
  }));
}

/**
 * Reads all pages of a Relay connection (`first`, `after`, `pageInfo`: official samples, gathered November 2026).
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import * as z from "../../core/zod.ts";
 * import { testContext } from "../../testing/connector_context.ts";
 * import { parseXledgerConfig } from "./config.ts";
 * import { byExtIdentifier, readPages } from "./pages.ts";
 *
 * const journalEntries = { edges: [{ cursor: "c", node: { dbId: 7 } }], pageInfo: { hasNextPage: false } };
 * const context = testContext({ fetch: () => Promise.resolve(Response.json({ data: { journalEntries } })) });
 * const link = { context, config: parseXledgerConfig({}), credentials: { token: "a" } };
 * const node = z.object({ dbId: z.number() });
 * const read = await readPages(link, "journalEntries", node, "dbId", byExtIdentifier(["a"]));
 * assert.deepEqual(read, { rows: [{ dbId: 7 }] });
 * ```
 */
export async function readPages<T>(
  link: XledgerLink,
  connection: string,
  schema: z.ZodMiniType<T>,
  fields: string,
  filters: Filters,
): Promise<{ rows: T[] } | { fault: XledgerFault }> {
  const answerSchema = z.object({
    [connection]: z.object({
      edges: z.array(z.object({ cursor: z.string(), node: schema })),
      pageInfo: z.object({ hasNextPage: z.boolean() }),
    }),
  });
  const rows: T[] = [];
  for (const { filter, variables } of filters) {
    const declared = "ids" in variables ? ", $ids: [String!]" : "";
    const query = `query ($after: String${declared}) {
  ${connection}(first: ${pageSize}, after: $after, filter: { ${filter} }) {
    edges { cursor node { ${fields} } }
    pageInfo { hasNextPage }
  }
}`;
    let after: string | null = null;
    for (let page = 1;; page++) {
      const answer = await askWithRetry(link, query, { ...variables, after });
      if (answer.fault !== null) return answer as { fault: XledgerFault };
      const found = answerSchema.safeParse(answer.data).data?.[connection];
      const last: string | null = found?.edges.at(-1)?.cursor ?? null;
      const isStuck = found?.pageInfo.hasNextPage && (last === null || last === after || page === mostPages);
      if (found === undefined || isStuck) {
        return { fault: lostFault("xledger_malformed_answer", "Xledger's answer could not be read.") };
      }
      rows.push(...found.edges.map((edge) => edge.node));
      if (!found.pageInfo.hasNextPage) break;
      after = last;
    }
  }
  return { rows };
}
