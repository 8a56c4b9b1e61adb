import assert from "node:assert/strict";
import { businessCentral } from "./connector.ts";

Deno.test("Business Central gives way to the next slice after 2000 vouchers", () => {
  const config = { tenant_id: "t", environment: "Production", company: "C", journal: "J", currency: "NOK" };
  const open = businessCentral.open(config, { client_id: "a", client_secret: "b" });
  // Each needs several requests, and an isolate lives for two and a half minutes.
  assert.equal(open.sliceEntries, 2000);
});
