import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { Webhook } from "standardwebhooks";
import { applyBatch, type Fault, type LedgerEntry, type ReceiverState } from "./webhook_ledger.ts";
import { closed, keepConnection, send } from "./http.ts";
import { delay } from "../wait.ts";

export type { Fault, LedgerEntry } from "./webhook_ledger.ts";

/** A request as it arrived, for messages of failing tests. Assert on the ledger, not on these. */
export interface ReceivedRequest {
  readonly idempotencyKey: string | null;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly fault: Fault["kind"] | null;
}

/** A batch as a {@linkcode Rule} sees it. */
export interface JudgedBatch {
  readonly entryKeys: readonly string[];
  readonly payloads: readonly unknown[];
  readonly bytes: number;
  /** The batch arrives under a key that the receiver has already taken. */
  readonly isTaken: boolean;
  /** So many requests have come with this key before. */
  readonly earlier: number;
}

/** What a receiver refuses, and how. Null: it takes the batch. */
export type Rule = (batch: JudgedBatch) => { readonly status: number; readonly body?: unknown } | null;

/** The external system behind the webhook integration, over real HTTP. */
export interface WebhookReceiver extends AsyncDisposable {
  readonly url: string;
  /** What happened for each entry, by `entry_key`. */
  readonly ledger: ReadonlyMap<string, LedgerEntry>;
  readonly requests: readonly ReceivedRequest[];
  /** Queues misbehaviour: each request takes one off, and an empty queue behaves well. */
  misbehave(...faults: readonly Fault[]): void;
  /** Refuses batches from now on, without applying them; null ends that. Faults come first. */
  refuse(rule: Rule | null): void;
  /** Lets the requests that are held go on. */
  release(): void;
  /** Applies what was cut off to be applied later. */
  carryOutLate(): Promise<void>;
  /** Secrets (`whsec_...`): one of them must have signed a request. Without any, signatures are not checked. */
  requireSignature(secrets: readonly string[]): void;
  /** Forgets ledger, stored answers, requests and queued faults. */
  reset(): void;
  stop(): Promise<void>;
}

/** Starts a receiver on a free loopback port. It answers HEAD with 204, or 401 if that is not signed as it requires. */
export async function startWebhookReceiver(
  { keepsConnections = false }: { readonly keepsConnections?: boolean } = {},
): Promise<WebhookReceiver> {
  const state: ReceiverState = { ledger: new Map(), answers: new Map() };
  const requests: ReceivedRequest[] = [];
  const faults: Fault[] = [];
  const late: (() => Promise<unknown>)[] = [];
  const stopping = new AbortController();
  let releasing = new AbortController();
  let secrets: readonly string[] = [];
  let rule: Rule | null = null;

  const server = createServer((request, response) => {
    keepConnection(response, keepsConnections);
    void receive(request, response).catch((error) => {
      console.error("Webhook receiver:", error);
      response.destroy();
    });
  });

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method === "HEAD") return send(response, knowsSender(flatten(request)) ? 204 : 401, "");
    if (request.method !== "POST") return send(response, 405, { error: "method_not_allowed" });
    const body = await text(request);
    const headers = flatten(request);
    const fault = faults.shift() ?? null;
    const idempotencyKey = headers["idempotency-key"] ?? null;
    requests.push({ idempotencyKey, body, headers, fault: fault?.kind ?? null });

    if (fault?.kind === "status") return send(response, fault.status, fault.body ?? {}, fault.headers);
    if (fault?.kind === "moved") return send(response, 302, {}, { location: fault.location });
    if (fault?.kind === "drop") return void response.destroy();
    if (fault?.kind === "hang" || fault?.kind === "hold") {
      // Until the caller gives up: it hears nothing and nothing is applied. One that is held may go on before.
      const gone = AbortSignal.any([stopping.signal, closed(response)]);
      const end = fault.kind === "hold" ? AbortSignal.any([gone, releasing.signal]) : gone;
      await delay(24 * 3600_000, end);
      if (fault.kind === "hang" || gone.aborted) return void response.destroy();
    }
    if (fault?.kind === "slow") await delay(fault.ms, stopping.signal);
    if (!isSigned(body, headers)) return send(response, 401, { error: "invalid_signature" });
    const refusal = rule?.(judged(body, idempotencyKey)) ?? null;
    if (refusal !== null) return send(response, refusal.status, refusal.body ?? {});

    if (fault?.kind === "apply_later") {
      late.push(() => applyBatch(state, idempotencyKey, body, null));
      return void response.destroy();
    }
    const { status, content } = await applyBatch(state, idempotencyKey, body, fault);
    if (fault?.kind === "apply_then_drop") return void response.destroy();
    if (fault?.kind === "apply_then_status") {
      // No receiver says yes to a batch with a rejected entry.
      const wouldLie = fault.status < 300 && JSON.stringify(content).includes("rejected");
      if (!wouldLie) return send(response, fault.status, {});
    }
    send(response, status, content);
  }

  function judged(body: string, idempotencyKey: string | null): JudgedBatch {
    const { entries } = JSON.parse(body) as {
      readonly entries: readonly { readonly entry_key: string; readonly payload: unknown }[];
    };
    return {
      entryKeys: entries.map((entry) => entry.entry_key),
      payloads: entries.map((entry) => entry.payload),
      bytes: new TextEncoder().encode(body).length,
      isTaken: idempotencyKey !== null && state.answers.has(idempotencyKey),
      earlier: requests.filter((request) => request.idempotencyKey === idempotencyKey).length - 1,
    };
  }

  function isSigned(body: string, headers: Record<string, string>): boolean {
    if (secrets.length === 0) return true;
    return secrets.some((secret) => {
      try {
        new Webhook(secret).verify(body, headers);
        return true;
      } catch {
        return false;
      }
    });
  }

  /** Whether an empty request is signed. Not by the library's `verify`, which also parses the body. */
  function knowsSender(headers: Record<string, string>): boolean {
    const { "webhook-id": id = "", "webhook-timestamp": timestamp = "" } = headers;
    return secrets.length === 0 ||
      secrets.some((secret) =>
        new Webhook(secret).sign(id, new Date(Number(timestamp) * 1000), "") === headers["webhook-signature"]
      );
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const stop = async (): Promise<void> => {
    stopping.abort();
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return {
    url: `http://127.0.0.1:${port}/entries`,
    ledger: state.ledger,
    requests,
    misbehave: (...more) => void faults.push(...more),
    refuse: (next) => void (rule = next),
    release() {
      releasing.abort();
      releasing = new AbortController();
    },
    async carryOutLate() {
      for (const apply of late.splice(0)) await apply();
    },
    requireSignature: (list) => void (secrets = list),
    reset() {
      state.ledger.clear();
      state.answers.clear();
      requests.length = 0;
      faults.length = 0;
      late.length = 0;
      rule = null;
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function flatten(request: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(request.headers).map((
      [name, value],
    ) => [name, Array.isArray(value) ? value.join(", ") : value ?? ""]),
  );
}
