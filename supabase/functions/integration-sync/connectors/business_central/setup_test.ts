import assert from "node:assert/strict";
import { emptyBooks } from "./testing/books.ts";
import type { BusinessCentralClient } from "./api/client.ts";
import { parseBusinessCentralConfig } from "./config.ts";
import { type BusinessCentralFault, setUpWrongly, unavailable } from "./fault.ts";
import { findPlace, type Place } from "./setup.ts";

const raw = {
  tenant_id: "t",
  environment: "Production",
  company: "CRONUS NO",
  journal: "SYNC",
  currency: "NOK",
};

/** Finds the place of a company with these answers to an app. */
async function findWith(information: readonly unknown[] | BusinessCentralFault): Promise<Place> {
  const answers: Record<string, readonly unknown[]> = {
    companies: [{ id: "1", name: "CRONUS NO" }],
    "companies(1)/journals": [{ id: "2", code: "SYNC" }],
  };
  const client: BusinessCentralClient = {
    ...emptyBooks().client,
    list(path, _query, schema) {
      const rows = path.endsWith("companyInformation") ? information : answers[path] ?? [];
      return Array.isArray(rows)
        ? Promise.resolve(rows.map((row) => schema.parse(row)))
        : Promise.reject(rows);
    },
  };
  return await findPlace(client, parseBusinessCentralConfig(raw));
}

for (
  const [what, information] of [
    ["has the configured currency", [{ currencyCode: "nok " }]],
    ["does not say in which currency it keeps its books", [{ currencyCode: "" }]],
    ["says nothing to an app about itself", []],
    ["does not let the app read that", setUpWrongly("business_central_access_refused", "No.")],
  ] as const
) {
  Deno.test(`findPlace finds the journal when the company ${what}`, async () => {
    assert.equal((await findWith(information)).journalPath, "companies(1)/journals(2)");
  });
}

Deno.test("findPlace waits when the company cannot be asked for its currency at the moment", async () => {
  await assert.rejects(findWith(unavailable("answered 503")), { name: "BusinessCentralFault" });
});
