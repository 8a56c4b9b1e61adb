import type { Clock } from "../../core/clock.ts";
import { signWebhook } from "./signature.ts";

/**
 * The headers by which a receiver knows that we sent a request, after the Standard Webhooks specification. The time
 * stamp, and with it the signature, is new at each send; the id is the same.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { systemClock } from "../../core/clock.ts";
 * import { signedHeaders } from "./signed_headers.ts";
 *
 * const headers = await signedHeaders({ key: new Uint8Array(24), id: "batch", body: "{}" }, systemClock);
 * assert.equal(headers["webhook-id"], "batch");
 * ```
 */
export async function signedHeaders(
  message: { readonly key: Uint8Array<ArrayBuffer>; readonly id: string; readonly body: string },
  clock: Clock,
): Promise<Record<string, string>> {
  const timestamp = Math.floor(clock.now() / 1000);
  return {
    "user-agent": "sync-scheduler",
    "webhook-id": message.id,
    "webhook-timestamp": String(timestamp),
    "webhook-signature": await signWebhook({ ...message, timestamp }),
  };
}
