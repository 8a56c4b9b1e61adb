import { systemClock } from "../../supabase/functions/integration-sync/core/clock.ts";

/** A request as a connector has sent it. */
export interface Sent {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly body: string | null;
}

/** A `fetch` to a receiver that is so many milliseconds away, there and back. */
export function distant(milliseconds: number): typeof fetch {
  if (milliseconds === 0) return fetch;
  return async (input, init) => {
    await systemClock.sleep(milliseconds);
    return await fetch(input, init);
  };
}

/** A `fetch` that remembers what it sent. */
export function recorder(fetch_: typeof fetch): { readonly fetch: typeof fetch; readonly sent: Sent[] } {
  const sent: Sent[] = [];
  return {
    sent,
    fetch: (input, init) => {
      const request = {
        url: String(input),
        method: init?.method ?? "GET",
        headers: new Headers(init?.headers),
      };
      sent.push({ ...request, body: init?.body ? String(init.body) : null });
      return fetch_(input, init);
    },
  };
}

/**
 * The reference: sends the same requests, one after the other, and reads the answers. It knows the limit, and begins as
 * many requests within it as may begin.
 */
export async function sendAgain(
  fetch_: typeof fetch,
  requests: readonly Sent[],
  limit: { readonly requests: number; readonly perMs: number },
): Promise<void> {
  const begun: number[] = [];
  for (const { url, method, headers, body } of requests) {
    const oldest = begun.length < limit.requests ? undefined : begun.at(-limit.requests);
    if (oldest !== undefined) await systemClock.sleep(oldest + limit.perMs - performance.now());
    begun.push(performance.now());
    const again = new Headers(headers);
    // Under the same key a receiver has nothing to do.
    if (again.has("idempotency-key")) again.set("idempotency-key", crypto.randomUUID());
    const response = await fetch_(url, { method, headers: again, body });
    await response.arrayBuffer();
  }
}
