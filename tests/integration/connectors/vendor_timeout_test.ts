import assert from "node:assert/strict";
import { vendorSignal } from "../../../supabase/functions/integration-sync/connectors/http/vendor_timeout.ts";
import { testContext } from "../../../supabase/functions/integration-sync/testing/connector_context.ts";

Deno.test("vendorSignal ends a call when its connection never comes about", async () => {
  // It takes the connection and says nothing, so that the TLS handshake hangs.
  using silent = Deno.listen({ port: 0, hostname: "127.0.0.1" });
  const call = fetch(`https://127.0.0.1:${silent.addr.port}/`, { signal: vendorSignal(testContext(), 0.05) });
  await assert.rejects(call, { name: "TimeoutError" });
});
