import assert from "node:assert/strict";
import { exemptLoopback } from "../../../local/environment.ts";

for (
  const [given, expected] of [
    [{}, "127.0.0.1,localhost,::1"],
    [{ NO_PROXY: "intern.example,localhost" }, "intern.example,localhost,127.0.0.1,::1"],
    [{ no_proxy: ".example" }, ".example,127.0.0.1,localhost,::1"],
    [{ NO_PROXY: "", no_proxy: ".example" }, ".example,127.0.0.1,localhost,::1"],
  ] as const
) {
  Deno.test(`exemptLoopback adds this machine to ${JSON.stringify(given)}, in both spellings`, () => {
    const env = new Map<string, string>(Object.entries(given));
    exemptLoopback({ get: (name) => env.get(name), set: (name, value) => void env.set(name, value) });
    assert.deepEqual([env.get("NO_PROXY"), env.get("no_proxy")], [expected, expected]);
  });
}
