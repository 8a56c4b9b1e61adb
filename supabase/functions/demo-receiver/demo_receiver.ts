import { Webhook } from "npm:standardwebhooks@1.1.1";

/** The secret that `supabase/seed.sql` stores for its integrations. */
const seedSecret = "whsec_ZGV2ZWxvcG1lbnQtb25seS1zaWduaW5nLWtleQ==";

/** A voucher of a batch, as far as it is shown. */
interface Received {
  readonly entry_key: string;
  readonly period: string;
  readonly document_number: string | null;
}

/**
 * The external system of the seed: a receiver for the `webhook` integration, for development only. No installer brings
 * it into a project, and it answers 404 unless the environment says that this is a developer's stack.
 *
 * It answers a batch with one result for each entry. The external id is made from the entry's key, so a repeated batch
 * gets the same answer, also from a new isolate. `GET` lists what this isolate has received.
 *
 * @param environment The function's variables.
 * @returns The handler for `Deno.serve`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { createDemoReceiver } from "./demo_receiver.ts";
 *
 * const deployed = createDemoReceiver({ get: () => undefined });
 * assert.equal((await deployed(new Request("https://x.example/demo-receiver"))).status, 404);
 * ```
 */
export function createDemoReceiver(
  environment: { get(name: string): string | undefined },
): (request: Request) => Promise<Response> {
  const received = new Map<string, Received & { readonly external_id: string }>();
  return async (request) => {
    if (environment.get("SYNC_ALLOW_PRIVATE_RECEIVERS") !== "1") return answer(404, { error: "not_found" });
    if (request.method === "HEAD") return new Response(null, { status: 204 });
    if (request.method === "GET") {
      return answer(200, { count: received.size, vouchers: [...received.values()] });
    }
    if (request.method !== "POST") return answer(405, { error: "method_not_allowed" });
    const body = await request.text();
    if (!isSigned(body, request.headers)) return answer(401, { error: "invalid_signature" });
    const entries: Received[] = JSON.parse(body).entries;
    const vouchers = await Promise.all(entries.map(async ({ entry_key, period, document_number }) => ({
      external_id: await idOf(entry_key),
      entry_key,
      period,
      document_number,
    })));
    // Behind all ids, so that they are listed in the order of the batch.
    for (const voucher of vouchers) received.set(voucher.entry_key, voucher);
    const results = vouchers.map(({ entry_key, external_id }) => ({
      entry_key,
      state: "exported",
      external_id,
    }));
    console.log(`demo-receiver: took ${entries.length} vouchers, ${received.size} in all`);
    return answer(200, { results });
  };
}

function isSigned(body: string, headers: Headers): boolean {
  try {
    new Webhook(seedSecret).verify(body, Object.fromEntries(headers));
    return true;
  } catch {
    return false;
  }
}

async function idOf(entryKey: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(entryKey));
  return `DEMO-${
    Array.from(new Uint8Array(digest, 0, 6), (byte) => byte.toString(16).padStart(2, "0")).join("")
  }`;
}

function answer(status: number, body: unknown): Response {
  return Response.json(body, { status });
}
