import { PostgrestClient } from "npm:@supabase/postgrest-js@2.119.1";
import { describeTrouble, troubleOf } from "./database_trouble.ts";
import { SyncError, type SyncErrorCode } from "../core/errors.ts";

/** Calls one worker RPC; throws a {@linkcode SyncError} when it is refused or fails. */
export type WorkerRpc = (
  name: string,
  parameters: Readonly<Record<string, unknown>>,
  signal?: AbortSignal,
) => Promise<unknown>;

const refusals: Readonly<Record<string, SyncErrorCode>> = {
  PT401: "invalid_token",
  PT409: "attempt_not_current",
  PT422: "invalid_worker_request",
};

/**
 * The worker RPCs over the Data API. An answer that does not come in time counts as none.
 *
 * @example
 * ```ts
 * import { createWorkerRpc } from "./worker_rpc.ts";
 *
 * const rpc = createWorkerRpc({
 *   url: "http://127.0.0.1:54321/rest/v1",
 *   headers: { apikey: "sb_secret_example" },
 *   fetch,
 *   timeoutMs: 10_000,
 * });
 * ```
 */
export function createWorkerRpc(options: {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly fetch: typeof fetch;
  readonly timeoutMs: number;
}): WorkerRpc {
  const client = new PostgrestClient(options.url, { headers: options.headers, fetch: options.fetch });
  return async (name, parameters, signal) => {
    const timeout = AbortSignal.timeout(options.timeoutMs);
    const { data, error, status } = await client.rpc(name, parameters)
      .abortSignal(signal ? AbortSignal.any([signal, timeout]) : timeout);
    if (error !== null) {
      signal?.throwIfAborted();
      throw rpcError(name, error, status);
    }
    const answer: unknown = data;
    return answer;
  };
}

/** Only the code leaves this function: the text of a gateway's or a database's error may hold anything. */
function rpcError(name: string, error: { code?: string; message?: string }, status: number): SyncError {
  const code = error.code ?? "";
  const details = { rpc: name, status, ...(/^\w{1,20}$/.test(code) ? { code } : {}) };
  const refusal = refusals[code];
  if (refusal !== undefined) {
    const kind = error.message === "already_claimed" ? "already_claimed" : refusal;
    return new SyncError(kind, `The database refused ${name}: ${kind}.`, { details });
  }
  const trouble = troubleOf(code);
  if (trouble !== null) return new SyncError(trouble, describeTrouble(trouble), { details });
  if (status === 0 || status >= 500) {
    return new SyncError("database_unreachable", `No answer from the database to ${name}.`, { details });
  }
  if (status < 300) {
    return new SyncError("unexpected_answer", `${name} answered something that is not JSON.`, { details });
  }
  return new SyncError("database_error", `The database failed ${name} with status ${status}.`, { details });
}
