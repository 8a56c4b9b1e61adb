import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { z } from "zod";
import { delay } from "../../wait.ts";
import { closed, keepConnection, send } from "../http.ts";
import { type Behaviour, usualBehaviour } from "./behaviour.ts";
import { executeOperation, type Operation } from "./execute.ts";
import type { Fault } from "./faults.ts";
import { Ledger } from "./ledger.ts";
import { Quotas } from "./quotas.ts";
import { xledgerSchema } from "./schema.ts";

export type { Behaviour } from "./behaviour.ts";
export type { Fault } from "./faults.ts";
export type { Ledger } from "./ledger.ts";

/** A request as it arrived, for messages of failing tests. Assert on the ledger, not on these. */
export interface ReceivedOperation {
  readonly kind: "mutation" | "query";
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly fault: Fault["kind"] | null;
}

/** A fake Xledger over real HTTP. */
export interface XledgerVendor extends AsyncDisposable {
  readonly url: string;
  readonly token: string;
  readonly behaviour: Behaviour;
  /** What it has staged and booked, with imports done that are due. */
  readonly ledger: Ledger;
  readonly requests: readonly ReceivedOperation[];
  /** Queues misbehaviour: each request takes one off, and an empty queue behaves well. */
  misbehave(...faults: readonly Fault[]): void;
  /** Lets the requests that are held go on. */
  release(): void;
  /** The import job runs now, for everything that waits. */
  importNow(): void;
  stop(): Promise<void>;
}

const operationSchema = z.object({
  query: z.string(),
  variables: z.record(z.string(), z.unknown()).nullish(),
});

/** Starts a fake Xledger on a free loopback port. `now` is its clock, in milliseconds since the epoch. */
export async function startXledger(
  options: { readonly token?: string; readonly now?: () => number; readonly behaviour?: Partial<Behaviour> } =
    {},
): Promise<XledgerVendor> {
  const token = options.token ?? "a-token-of-the-fake";
  const now = options.now ?? Date.now;
  const behaviour = { ...usualBehaviour(), ...options.behaviour };
  const ledger = new Ledger(behaviour);
  const quotas = new Quotas(behaviour);
  const schema = xledgerSchema(behaviour);
  const requests: ReceivedOperation[] = [];
  const faults: Fault[] = [];
  let late: { readonly at: number; readonly apply: () => void }[] = [];
  const stopping = new AbortController();
  let releasing = new AbortController();

  const server = createServer((request, response) => {
    keepConnection(response, behaviour.keepsConnections);
    void receive(request, response).catch((error) => {
      console.error("Xledger:", error);
      response.destroy();
    });
  });

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== "POST") return send(response, 405, "");
    const operation = parseOperation(await text(request));
    if (operation === null) return send(response, 400, "");
    const kind = /^\s*mutation\b/.test(operation.query) ? "mutation" : "query";
    const fault = takeFault(faults, kind);
    requests.push({ kind, ...operation, fault: fault?.kind ?? null });

    if (fault?.kind === "status") {
      return send(response, fault.status, fault.body ?? "", fault.headers);
    }
    if (fault?.kind === "error") return send(response, 200, { errors: [fault.error] });
    if (fault?.kind === "drop") return void response.destroy();

    if (request.headers.authorization !== `token ${token}`) {
      const message = 'Bad format for API Token. Expected header: "Authorization: token <your-token>"';
      return send(response, 200, { errors: [{ message }] });
    }
    const limit = quotas.enter(now());
    if (limit !== null) return send(response, 200, { errors: [limit] });
    try {
      await answer(operation, response, fault);
    } finally {
      quotas.leave();
    }
  }

  /** What has happened by now without a request: requests that were late, and imports. */
  function catchUp(everything = false): void {
    const due = late.filter(({ at }) => at <= now()).toSorted((a, b) => a.at - b.at);
    late = late.filter((request) => !due.includes(request));
    for (const { at, apply } of due) {
      ledger.import(at);
      apply();
    }
    ledger.import(now(), everything);
  }

  async function answer(operation: Operation, response: ServerResponse, fault: Fault | null): Promise<void> {
    const gone = AbortSignal.any([stopping.signal, closed(response)]);
    if (fault?.kind === "hang" || fault?.kind === "hold") {
      const end = fault.kind === "hold" ? AbortSignal.any([stopping.signal, releasing.signal]) : gone;
      await delay(24 * 3600_000, end);
      if (fault.kind === "hang" || stopping.signal.aborted) return void response.destroy();
    }
    if (fault?.kind === "slow") await delay(fault.ms, stopping.signal);

    if (fault?.kind === "apply_later") {
      const at = now() + fault.afterMs;
      late.push({ at, apply: () => executeOperation(schema, ledger, operation, at) });
      return void response.destroy();
    }
    // From here to the answer nothing is awaited. A caller that has gone away does not stop what it began.
    catchUp();
    const part = fault?.kind === "apply_part_then_drop" ? fault.nodes : undefined;
    const { body, credits } = executeOperation(schema, ledger, operation, now(), part);
    quotas.spend(credits);
    if (fault?.kind === "apply_then_drop" || fault?.kind === "apply_part_then_drop") {
      return void response.destroy();
    }
    if (fault?.kind === "apply_then_status") return send(response, fault.status, "");
    if (fault?.kind === "apply_then_error") return send(response, 200, { data: null, errors: [fault.error] });
    if (fault?.kind === "apply_then_hang") {
      await delay(24 * 3600_000, gone);
      return void response.destroy();
    }
    send(response, 200, body);
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const stop = async (): Promise<void> => {
    stopping.abort();
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return {
    url: `http://127.0.0.1:${port}/graphql`,
    token,
    behaviour,
    get ledger() {
      catchUp();
      return ledger;
    },
    requests,
    misbehave: (...more) => void faults.push(...more),
    release() {
      releasing.abort();
      releasing = new AbortController();
    },
    importNow: () => catchUp(true),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function takeFault(faults: Fault[], kind: "mutation" | "query"): Fault | null {
  const index = faults.findIndex((fault) => fault.on === undefined || fault.on === kind);
  return index < 0 ? null : faults.splice(index, 1)[0] ?? null;
}

function parseOperation(body: string): Operation | null {
  try {
    const { query, variables } = operationSchema.parse(JSON.parse(body));
    return { query, variables: variables ?? {} };
  } catch {
    return null;
  }
}
