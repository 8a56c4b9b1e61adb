import * as z from "../../core/zod.ts";
import { type Failure, failure } from "../../core/errors.ts";
import { storableText } from "../../core/storable_text.ts";
import { askXledger, type XledgerLink } from "./request.ts";

/** Of tax rules. Open code that uses the API (github.com/FINTLabs, omniboost/go-xledger): confidence medium. */
const taxRules = "14";

const mostCodes = 500;

const dataSchema = z.object({
  objectValues: z.object({
    edges: z.array(z.object({
      node: z.object({
        code: z.nullish(z.string()),
        objectKind: z.nullish(z.object({ dbId: z.nullish(z.union([z.number(), z.string()])) })),
      }),
    })),
    pageInfo: z.object({ hasNextPage: z.boolean() }),
  }),
});

const query = `query ($codes: [String!], $first: Int) {
  objectValues(first: $first, filter: { code_in: $codes }) {
    edges { node { code objectKind { dbId } } } pageInfo { hasNextPage }
  }
}`;

/**
 * Asks Xledger whether it has the codes of the configuration's `vat_codes` and `dimensions`. Null when it has them all;
 * `not asked` when there is none, or Xledger does not answer this question. Xledger lists such codes under
 * `objectValues` (confidence high). The filter `code_in` follows from its other lists (confidence medium).
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { testContext } from "../../testing/connector_context.ts";
 * import { findMissingCode } from "./codes.ts";
 * import { parseXledgerConfig } from "./config.ts";
 *
 * const data = { objectValues: { edges: [], pageInfo: { hasNextPage: false } } };
 * const context = testContext({ fetch: () => Promise.resolve(Response.json({ data })) });
 * const config = parseXledgerConfig({ dimensions: { department: { to: "glObject1", codes: { Salg: "10" } } } });
 * const missing = await findMissingCode({ context, config, credentials: { token: "a" } });
 * assert.ok(typeof missing === "object" && missing?.code === "xledger_unknown_code");
 * ```
 */
export async function findMissingCode(link: XledgerLink): Promise<Failure | null | "not asked"> {
  const wanted = codesOf(link);
  const codes = [...new Set(wanted.map(({ code }) => code))];
  if (codes.length === 0 || codes.length > mostCodes) return "not asked";
  const { data, fault } = await askXledger(link, query, { codes, first: 1000 });
  const found = fault === null ? dataSchema.safeParse(data).data?.objectValues : undefined;
  if (found === undefined || found.pageInfo.hasNextPage) return "not asked";
  const values = found.edges.map(({ node }) => ({
    code: node.code,
    kind: String(node.objectKind?.dbId ?? ""),
  }));
  const missing = wanted.find(({ code, isTaxRule }) =>
    // A kind that is not shown may be any.
    !values.some((value) =>
      value.code === code && (value.kind === "" || (value.kind === taxRules) === isTaxRule)
    )
  );
  if (missing === undefined) return null;
  const { code, isTaxRule, where } = missing;
  const what = isTaxRule ? "tax rule" : "value of a dimension";
  const message = `Xledger has no ${what} with the code ${
    storableText(code, 50)
  }, which ${where} names. Correct it in the configuration, or add it in Xledger.`;
  return failure("permanent", "xledger_unknown_code", message);
}

function codesOf({ config }: XledgerLink): { code: string; isTaxRule: boolean; where: string }[] {
  const { vat_codes: vat, dimensions } = config;
  const taxCodes = vat === undefined || vat === "same" ? [] : Object.values(vat);
  return [
    ...taxCodes.map((code) => ({ code, isTaxRule: true, where: "vat_codes" })),
    ...Object.entries(dimensions).flatMap(([name, { codes = {} }]) =>
      Object.values(codes).map((code) => ({
        code,
        isTaxRule: false,
        where: `dimensions.${storableText(name, 50)}`,
      }))
    ),
  ];
}
