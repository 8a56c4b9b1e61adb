import type postgres from "postgres";
import { openWorkerConnection, type WorkerConnection } from "../../postgres/worker_connection.ts";
import { delay } from "../../wait.ts";

/** A background worker of the local platform. */
export interface Worker {
  stop(): Promise<void>;
}

const BATCH = 200;
const TTL = "6 hours";
const POLL_MS = 20;

interface QueuedRequest {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string> | null;
  readonly body: string | null;
  readonly timeout_milliseconds: number;
}

interface StoredResponse {
  readonly id: string;
  readonly status_code: number | null;
  readonly content_type: string | null;
  readonly headers: postgres.JSONValue;
  readonly content: string | null;
  readonly timed_out: boolean;
  readonly error_msg: string | null;
}

/**
 * Stands in for pg_net's background worker. As the real one it takes a batch off the queue, waits for the slowest
 * answer and stores all answers, in one transaction: a crash in the middle loses what was in flight, one slow
 * server delays the whole batch, and nothing is ever sent twice by a retry.
 */
export function startPgNetWorker({ dbUrl }: { dbUrl: string }): Worker {
  const stopping = new AbortController();
  const connection = openWorkerConnection(dbUrl, { name: "pg_net 0.20.0 worker" });
  const done = loop(connection, stopping.signal);
  return {
    async stop() {
      stopping.abort();
      await done;
      await connection.end();
    },
  };
}

async function loop(connection: WorkerConnection, stopping: AbortSignal): Promise<void> {
  let pause = POLL_MS;
  let expiredAt = 0;
  let installed = false;
  while (!stopping.aborted) {
    const { sql } = connection;
    try {
      installed ||= await isInstalled(sql);
      if (!installed) {
        await delay(4 * POLL_MS, stopping);
        continue;
      }
      const [queued] = await sql`select from net.http_request_queue limit 1`;
      if (queued !== undefined) await sql.begin((tx) => sendBatch(tx, stopping));
      if (performance.now() - expiredAt > 1000) {
        await sql`delete from net._http_response where created < now() - ${TTL}::interval`;
        expiredAt = performance.now();
      }
      pause = queued === undefined ? POLL_MS : 0;
    } catch {
      // The server is away or just came back, or the database was made anew: it passes. A failed transaction
      // leaves its requests in the queue, unless the crash emptied it.
      installed = false;
      if (!stopping.aborted) connection.replace();
      pause = Math.min(Math.max(pause, POLL_MS) * 2, 250);
    }
    await delay(pause, stopping);
  }
}

async function isInstalled(sql: postgres.Sql): Promise<boolean> {
  const [row] = await sql<{ found: boolean }[]>`
    select to_regclass('net.http_request_queue') is not null as found`;
  return row?.found === true;
}

async function sendBatch(sql: postgres.TransactionSql, stopping: AbortSignal): Promise<void> {
  const requests = await sql<QueuedRequest[]>`
    with rows as (select id from net.http_request_queue order by id limit ${BATCH})
    delete from net.http_request_queue q using rows where q.id = rows.id
    returning q.id::text, q.method::text, q.url, q.headers, convert_from(q.body, 'UTF8') as body,
      q.timeout_milliseconds`;
  const responses = await Promise.all(requests.map((request) => send(request, stopping)));
  stopping.throwIfAborted();
  // `created` defaults to the transaction's start, which is the batch's.
  await sql`
    insert into net._http_response (id, status_code, content_type, headers, content, timed_out, error_msg)
    select * from jsonb_to_recordset(${sql.json(responses as unknown as postgres.JSONValue)}) as r(
      id bigint, status_code int, content_type text, headers jsonb, content text, timed_out boolean, error_msg text)`;
}

async function send(request: QueuedRequest, stopping: AbortSignal): Promise<StoredResponse> {
  const nothing = { status_code: null, content_type: null, headers: null, content: null };
  const timeout = AbortSignal.timeout(request.timeout_milliseconds);
  try {
    const response = await fetch(request.url, {
      method: request.method,
      headers: { ...request.headers, "User-Agent": "pg_net/0.20.0" },
      body: request.body,
      signal: AbortSignal.any([timeout, stopping]),
    });
    const content = await response.text();
    return {
      id: request.id,
      status_code: response.status,
      content_type: response.headers.get("content-type"),
      headers: Object.fromEntries(response.headers),
      // Postgres text cannot hold a zero byte, and curl's C strings end at it.
      content: content === "" ? null : content.split("\0")[0] ?? null,
      timed_out: false,
      error_msg: null,
    };
  } catch (error) {
    const timedOut = timeout.aborted;
    const error_msg = timedOut
      ? `Timeout of ${request.timeout_milliseconds} ms reached.`
      : error instanceof Error
      ? error.message
      : String(error);
    return { id: request.id, ...nothing, timed_out: timedOut, error_msg };
  }
}
