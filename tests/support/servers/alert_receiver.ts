import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Webhook } from "standardwebhooks";

/** How the receiver treats a request: well, or as one does that is down or cannot get its answer through. */
export type Mood = "well" | "unavailable" | "drops" | "takes_and_drops";

/** A message that took effect, once for its id. */
export interface Effect {
  readonly id: string;
  readonly type: string;
  readonly text: string;
  /** On the clock of the test. */
  readonly at: number;
}

/** A chat's incoming webhook over real HTTP, which remembers ids as the Standard Webhooks specification asks for. */
export interface AlertReceiver extends AsyncDisposable {
  readonly url: string;
  /** What took effect, in that order. */
  readonly ledger: readonly Effect[];
  /** How many requests there were, and when: a receiver that is down must not be hammered. */
  readonly requests: readonly number[];
}

/**
 * Starts a receiver on a free loopback port. A request that is not signed with the secret is answered 401.
 *
 * @param now The clock of the test, in milliseconds since the epoch.
 * @param mood Asked at each request.
 */
export async function startAlertReceiver(
  secret: string,
  now: () => number,
  mood: () => Mood,
): Promise<AlertReceiver> {
  const ledger: Effect[] = [];
  const requests: number[] = [];

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": signature } =
      request.headers;
    requests.push(now());
    // Not the library's verify: that looks at the real clock.
    const signed = new Webhook(secret).sign(String(id), new Date(Number(timestamp) * 1000), body);
    if (signature !== signed) return answer(response, 401);
    const how = mood();
    if (how === "unavailable") return answer(response, 503);
    if (how === "drops") return void response.destroy();
    if (!ledger.some((effect) => effect.id === id)) {
      const { type, text } = JSON.parse(body);
      ledger.push({ id: String(id), type, text, at: now() });
    }
    if (how === "takes_and_drops") return void response.destroy();
    answer(response, 200);
  }

  const server = createServer((request, response) => {
    void receive(request, response).catch((error) => {
      console.error("Alert receiver:", error);
      response.destroy();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/services/T000/B000/token`,
    ledger,
    requests,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

function answer(response: ServerResponse, status: number): void {
  // Deno's fetch repeats a request by itself when a kept connection is cut.
  response.writeHead(status, { connection: "close" });
  response.end(status === 200 ? "ok" : "");
}

async function text(request: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk as Uint8Array);
  return await new Blob(chunks as BlobPart[]).text();
}
