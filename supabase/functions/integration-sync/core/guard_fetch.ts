import { RefusedAddress } from "./refused_address.ts";
import { classifyHost, type ResolveDns } from "./classify_host.ts";

/**
 * A fetch for addresses that a tenant chose. It sends to the internet alone, by https; otherwise it throws a
 * {@linkcode RefusedAddress}, before anything is sent. No name is an exception: `kong` or `*.internal` is a machine
 * next to the function in every self-hosted project.
 *
 * A name that cannot be looked up at the moment is left to `inner`, which looks it up itself.
 *
 * @param inner What sends.
 * @param resolveDns Looks names up.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { guardFetch } from "./guard_fetch.ts";
 *
 * const guarded = guardFetch(() => Promise.resolve(new Response()), () => Promise.resolve(["10.0.0.1"]));
 * await assert.rejects(guarded("https://erp.example/"), { fault: "network" });
 * ```
 */
export function guardFetch(inner: typeof fetch, resolveDns: ResolveDns): typeof fetch {
  return async (input, init) => {
    const { protocol, hostname } = new URL(input instanceof Request ? input.url : input);
    if (protocol !== "https:") throw new RefusedAddress("not_https");
    const where = await classifyHost(hostname, resolveDns, init?.signal ?? AbortSignal.timeout(timeoutMs));
    if (where === "network" || where === "nowhere") throw new RefusedAddress(where);
    return await inner(input, init);
  };
}

const timeoutMs = 10_000;
