/**
 * The `webhook-signature` header of the Standard Webhooks specification: HMAC-SHA256 over id, time and body.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { signWebhook } from "./signature.ts";
 *
 * const key = new Uint8Array(24);
 * const signature = await signWebhook({ key, id: "batch", timestamp: 1700000000, body: "{}" });
 * assert.match(signature, /^v1,[A-Za-z0-9+/]{43}=$/);
 * ```
 */
export async function signWebhook(message: {
  readonly key: Uint8Array<ArrayBuffer>;
  readonly id: string;
  /** Seconds since the epoch. */
  readonly timestamp: number;
  readonly body: string;
}): Promise<string> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", message.key, algorithm, false, ["sign"]);
  const signed = new TextEncoder().encode(`${message.id}.${message.timestamp}.${message.body}`);
  const digest = new Uint8Array(await crypto.subtle.sign("HMAC", key, signed));
  return `v1,${btoa(String.fromCharCode(...digest))}`;
}
