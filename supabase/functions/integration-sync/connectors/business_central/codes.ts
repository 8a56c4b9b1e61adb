import * as z from "../../core/zod.ts";
import { storableText } from "../../core/storable_text.ts";
import type { BusinessCentralClient } from "./api/client.ts";
import type { BusinessCentralConfig } from "./config.ts";
import { BusinessCentralFault, setUpWrongly } from "./fault.ts";
import type { Place } from "./setup.ts";

const codeSchema = z.object({ code: z.string() });
const dimensionSchema = z.object({ id: z.string(), code: z.string() });

/**
 * Checks that the company has the dimensions, their values and the VAT product posting groups that the configuration
 * names. The API lists them as `dimensions`, `dimensionValues` and `taxGroups` (ALAppExtensions, APIV2Dimensions,
 * APIV2DimensionValuesEntity and APIV2TaxGroups.Page.al; confidence high). Exports do not need these pages, so an app that
 * may not read them is let through. Throws BusinessCentralFault.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { emptyBooks } from "./testing/books.ts";
 * import { checkCodes } from "./codes.ts";
 *
 * const { client, place } = emptyBooks();
 * const dimensions = { department: { to: "AVDELING" } };
 * await assert.rejects(checkCodes(client, place, { dimensions, vat_codes: {} }), { name: "BusinessCentralFault" });
 * ```
 */
export async function checkCodes(
  client: BusinessCentralClient,
  { companyPath }: Place,
  config: Pick<BusinessCentralConfig, "vat_codes" | "dimensions">,
): Promise<void> {
  const list = async <T>(path: string, schema: z.ZodMiniType<T>, fields: string): Promise<T[] | null> => {
    try {
      return await client.list(`${companyPath}/${path}`, { $select: fields }, schema);
    } catch (error) {
      if (error instanceof BusinessCentralFault && error.failure.class === "permanent") return null;
      throw error;
    }
  };
  const rules = Object.entries(config.dimensions);
  const dimensions = rules.length === 0 ? null : await list("dimensions", dimensionSchema, "id,code");
  for (const [name, { to, codes = {} }] of dimensions === null ? [] : rules) {
    const where = `dimensions.${storableText(name, 50)}`;
    const dimension = dimensions?.find(({ code }) => code === to);
    if (dimension === undefined) throw unknownCode("dimension", to, where);
    const wanted = Object.values(codes);
    if (wanted.length === 0) continue;
    const values = await list(`dimensions(${dimension.id})/dimensionValues`, codeSchema, "code");
    const known = new Set(values?.map(({ code }) => code));
    const missing = values === null ? undefined : wanted.find((code) => !known.has(code));
    if (missing !== undefined) throw unknownCode(`value of the dimension ${to}`, missing, where);
  }
  const { vat_codes: vat } = config;
  if (vat === undefined || vat === "same" || Object.keys(vat).length === 0) return;
  const groups = await list("taxGroups", codeSchema, "code");
  const known = new Set(groups?.map(({ code }) => code));
  const missing = groups === null ? undefined : Object.values(vat).find((code) => !known.has(code));
  if (missing !== undefined) throw unknownCode("VAT product posting group", missing, "vat_codes");
}

function unknownCode(what: string, code: string, where: string): BusinessCentralFault {
  return setUpWrongly(
    "business_central_unknown_code",
    `The company has no ${what} ${
      storableText(code, 50)
    }, which ${where} names. Correct it in the configuration, or add it in Business Central.`,
  );
}
