import assert from "node:assert/strict";
import { classifyHost, type ResolveDns } from "./classify_host.ts";

const { signal } = new AbortController();
const fails = () => Promise.reject(new Error("no name server"));
const answering =
  (a: readonly string[] | null, aaaa: readonly string[] | null): ResolveDns => (_name, type) => {
    const answer = type === "A" ? a : aaaa;
    return answer === null ? fails() : Promise.resolve(answer);
  };

for (
  const [what, a, aaaa, expected] of [
    ["has public addresses", ["1.1.1.1"], ["2606:4700::1111"], "internet"],
    ["has public addresses of one kind", ["1.1.1.1"], [], "internet"],
    ["has a public address, and the other question fails", ["1.1.1.1"], null, "internet"],
    ["has a private address", ["10.0.0.1"], [], "network"],
    ["has a private address among public ones", ["1.1.1.1", "10.0.0.1"], ["2606:4700::1111"], "network"],
    ["has a private address of the other kind", ["1.1.1.1"], ["::1"], "network"],
    ["has no address", [], [], "nowhere"],
    ["cannot be looked up", null, null, "unknown"],
    ["has none of one kind, and the other question fails", [], null, "unknown"],
  ] as const
) {
  Deno.test(`classifyHost says ${expected} when a name ${what}`, async () => {
    assert.equal(await classifyHost("hooks.example", answering(a, aaaa), signal), expected);
  });
}

for (
  const [address, expected] of [
    ["https://93.184.215.14/", "internet"],
    ["https://[2606:4700::1111]/", "internet"],
    ["https://127.1/", "network"],
    ["https://0x7f000001/", "network"],
    ["https://2130706433/", "network"],
    ["https://[::ffff:169.254.169.254]/", "network"],
    ["https://localhost/", "network"],
    ["https://kong./", "network"],
    ["https://erp.localhost/", "network"],
  ] as const
) {
  Deno.test(`classifyHost says ${expected} of ${address} without looking anything up`, async () => {
    assert.equal(await classifyHost(new URL(address).hostname, fails, signal), expected);
  });
}
