import assert from "node:assert/strict";
import type { BusinessCentralClient } from "./api/client.ts";
import { checkCodes } from "./codes.ts";
import { emptyBooks } from "./testing/books.ts";

Deno.test("checkCodes asks for the values of a dimension by its id", async () => {
  const { client, place } = emptyBooks();
  const asked: string[] = [];
  const list: BusinessCentralClient["list"] = (path, _query, schema) => {
    asked.push(path.slice(place.companyPath.length));
    const row = path.endsWith("/dimensions") ? { id: "7", code: "AVDELING" } : { code: "SALG" };
    return Promise.resolve([schema.parse(row)]);
  };
  const dimensions = { department: { to: "AVDELING", codes: { sales: "SALG" } } };
  await checkCodes({ ...client, list }, place, { dimensions, vat_codes: {} });
  assert.deepEqual(asked, ["/dimensions", "/dimensions(7)/dimensionValues"]);
});
