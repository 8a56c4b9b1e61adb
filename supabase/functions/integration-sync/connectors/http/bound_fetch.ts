import { type Failure, failure } from "../../core/errors.ts";

/** Thrown instead of a request that would go where the credentials were not stored for. Nothing was sent. */
export class WrongAddressError extends Error {
  readonly failure: Failure = failure(
    "permanent",
    "credentials_needed",
    "A request to another address than that of the credentials was not sent. An admin has to check the address and store " +
      "the credentials again.",
  );

  constructor() {
    // Without the address: it may hold a secret, and the error may be logged.
    super("A request to another address than that of the credentials was not sent.");
    this.name = "WrongAddressError";
  }
}

/**
 * A fetch that sends nothing anywhere but to these targets: exactly there, or below one that ends with a slash. It follows
 * no redirect, whatever the caller wants. Throws {@linkcode WrongAddressError}.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { boundFetch, WrongAddressError } from "./bound_fetch.ts";
 *
 * const answer = () => Promise.resolve(new Response("taken"));
 * const bound = boundFetch(answer, [new URL("https://erp.example/api/")]);
 * assert.equal((await bound("https://erp.example/api/vouchers?page=2")).status, 200);
 * await assert.rejects(bound("https://erp.example/apis"), WrongAddressError);
 * await assert.rejects(bound("https://erp.example.evil.example/api/"), WrongAddressError);
 * ```
 */
export function boundFetch(inner: typeof fetch, targets: readonly URL[]): typeof fetch {
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (!targets.some((target) => leadsTo(target, url))) throw new WrongAddressError();
    return await inner(input, { ...init, redirect: "manual" });
  };
}

/** Of parsed addresses: every way to write a host, a port or `..` has become the same. */
function leadsTo(target: URL, url: URL): boolean {
  if (url.origin !== target.origin || url.username !== "" || url.password !== "") return false;
  if (url.pathname === target.pathname && url.search === target.search) return true;
  return target.pathname.endsWith("/") && url.pathname.startsWith(target.pathname);
}
