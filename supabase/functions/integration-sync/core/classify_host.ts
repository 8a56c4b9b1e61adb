import { isPublicAddress } from "./public_address.ts";

/** Looks up a name's addresses; an empty list when it has none, and throws when there is no name server to ask. */
export type ResolveDns = (
  name: string,
  type: "A" | "AAAA",
  options: { readonly signal: AbortSignal },
) => Promise<readonly string[]>;

/**
 * Where a host leads: to the internet, into a network (with any of its addresses), nowhere, or unknown.
 *
 * The later connection looks the name up again and may get another answer. So this stops a name that leads into a
 * network, but not a name server that answers each question differently.
 *
 * @param hostname As `URL` has it: an IPv6 address in brackets.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { classifyHost } from "./classify_host.ts";
 *
 * const { signal } = new AbortController();
 * assert.equal(await classifyHost("metadata.example", () => Promise.resolve(["169.254.169.254"]), signal), "network");
 * assert.equal(await classifyHost("[::1]", () => Promise.resolve([]), signal), "network");
 * ```
 */
export async function classifyHost(
  hostname: string,
  resolve: ResolveDns,
  signal: AbortSignal,
): Promise<"internet" | "network" | "nowhere" | "unknown"> {
  if (hostname.startsWith("[")) return isPublicAddress(hostname.slice(1, -1)) ? "internet" : "network";
  // URL has turned every way to write a number into this one.
  if (/^[\d.]+$/.test(hostname)) return isPublicAddress(hostname) ? "internet" : "network";
  // A name without a dot is a machine next to the function, also when only its own list of hosts knows it.
  if (/^[^.]+\.?$|\.localhost\.?$/i.test(hostname)) return "network";
  const answers = await Promise.allSettled([
    resolve(hostname, "A", { signal }),
    resolve(hostname, "AAAA", { signal }),
  ]);
  const known = answers.flatMap((answer) => answer.status === "fulfilled" ? [answer.value] : []);
  const addresses = known.flat();
  if (!addresses.every(isPublicAddress)) return "network";
  if (addresses.length > 0) return "internet";
  return known.length === answers.length ? "nowhere" : "unknown";
}
