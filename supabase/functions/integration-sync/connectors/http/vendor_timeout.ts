import type { ConnectorContext } from "../connector.ts";

/**
 * How many seconds a call to an external system may take; a connector's configuration may choose between `shortest`
 * and `longest`.
 *
 * Generous, because after a timeout the outcome is unknown: the batch must be looked up, or sent again. `usual` is what
 * the Standard Webhooks specification advises at most. A hosted isolate has 150 s on the free plan. A call of `longest`
 * that begins at the end of a slice (60 s) ends half a minute before that.
 *
 * There is one time-out, over the whole exchange: name, connection, TLS, request and answer. `fetch` has none of its
 * own for the connection, and needs none: whatever it hangs in, the call ends.
 */
export const vendorTimeout = { shortest: 1, usual: 30, longest: 60 } as const;

/**
 * The signal for one call: aborted when the lease is lost, when the call has taken so many seconds, or `longest`
 * after the slice's deadline. A call that begins within the slice has its whole time; one that a connector begins
 * after it, say behind a wait, gets what is left.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { testContext } from "../../testing/connector_context.ts";
 * import { vendorSignal, vendorTimeout } from "./vendor_timeout.ts";
 *
 * const signal = vendorSignal(testContext(), vendorTimeout.usual);
 * assert.equal(signal.aborted, false);
 * ```
 */
export function vendorSignal(
  context: Pick<ConnectorContext, "signal" | "deadline" | "clock">,
  seconds: number,
): AbortSignal {
  const left = context.deadline - context.clock.elapsed() + vendorTimeout.longest * 1000;
  const timeout = AbortSignal.timeout(Math.max(0, Math.min(seconds * 1000, left)));
  return AbortSignal.any([context.signal, timeout]);
}
