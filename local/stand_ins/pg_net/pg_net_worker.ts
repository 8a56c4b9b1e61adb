import type postgres from "postgres";
import { openWorkerConnection, type WorkerConnection } from "../../postgres/worker_connection.ts";
import { delay } from "../../wait.ts";
import { type QueuedRequest, send } from "./pg_net_send.ts";

/** A background worker of the local platform. */
export interface Worker {
  stop(): Promise<void>;
}

const BATCH = 200;
const TTL = "6 hours";
/** Between two looks into the queue, as net._await_request has it. */
const LOOK_MS = 20;
/** How long it waits for a request before it sees whether it has to stop. */
const TIMEOUT_MS = 200;
/** Before it looks for the extension again. */
const POLL_MS = 80;
/** How long the worker rests after each batch. */
const REST_MS = 1000;

/**
 * Plays pg_net's background worker. Like the real one it takes a batch off the queue, waits for the slowest answer and
 * stores all answers, in one transaction. So a crash in the middle loses what was in flight, and one slow server delays
 * the whole batch. It never retries.
 *
 * And it rests for a second after each batch, as the real one. A commit cuts that short, but only the first since the
 * worker was woken: of three requests that follow each other closely, the third waits up to a second.
 */
export function startPgNetWorker(
  { dbUrl, gatewayUrl }: {
    readonly dbUrl: string;
    /** Where the gateway's name in the network of `supabase start` leads. */
    readonly gatewayUrl: string;
  },
): Worker {
  const stopping = new AbortController();
  const connection = openWorkerConnection(dbUrl, { name: "pg_net 0.20.0 worker" });
  const done = loop(connection, gatewayUrl, stopping.signal);
  return {
    async stop() {
      stopping.abort();
      await done;
      await connection.end();
    },
  };
}

async function loop(connection: WorkerConnection, gatewayUrl: string, stopping: AbortSignal): Promise<void> {
  let pause = LOOK_MS;
  let installed = false;
  let woken = false;
  while (!stopping.aborted) {
    const { sql } = connection;
    try {
      installed ||= await isInstalled(sql);
      if (installed) {
        pause = LOOK_MS;
        if (woken || await awaitRequest(sql)) woken = await workOff(sql, gatewayUrl, stopping);
        continue;
      }
      pause = POLL_MS;
    } catch {
      // The server is away or just came back, or the database was made anew: it passes. A failed transaction
      // leaves its requests in the queue, unless the crash emptied it.
      installed = false;
      if (!stopping.aborted) connection.replace();
      pause = Math.min(pause * 2, 250);
    }
    await delay(pause, stopping);
  }
}

/** Sends batch after batch until there is nothing to do. Returns whether a commit has woken the worker meanwhile. */
async function workOff(sql: postgres.Sql, gatewayUrl: string, stopping: AbortSignal): Promise<boolean> {
  let woken = false;
  for (;;) {
    const { newest, busy } = await sql.begin((tx) => sendBatch(tx, gatewayUrl, stopping));
    const end = performance.now() + REST_MS;
    for (let left = REST_MS; left > 0 && !stopping.aborted; left = end - performance.now()) {
      // The real one's flag is set by the first commit and taken back when the worker begins anew: later ones ring no bell.
      if (woken) await delay(left, stopping);
      else woken = await awaitRequest(sql, newest, Math.min(left, TIMEOUT_MS));
      if (woken) break;
    }
    if (!busy || stopping.aborted) return woken;
  }
}

async function isInstalled(sql: postgres.Sql): Promise<boolean> {
  const [row] = await sql<{ found: boolean }[]>`
    select to_regclass('net.http_request_queue') is not null as found`;
  return row?.found === true;
}

/** Whether a request that is newer than `after` comes in time. */
async function awaitRequest(sql: postgres.Sql, after = "0", timeoutMs = TIMEOUT_MS): Promise<boolean> {
  const looks = Math.ceil(timeoutMs / LOOK_MS);
  const [row] = await sql<
    { has_request: boolean | null }[]
  >`call net._await_request(${after}, ${looks}, null)`;
  return row?.has_request === true;
}

interface Batch {
  /** The highest id that was in the queue. */
  readonly newest: string;
  /** Whether there was anything to send or to delete. */
  readonly busy: boolean;
}

async function sendBatch(
  sql: postgres.TransactionSql,
  gatewayUrl: string,
  stopping: AbortSignal,
): Promise<Batch> {
  const expired = await sql`
    with rows as (
      select ctid from net._http_response where created < now() - ${TTL}::interval order by created limit ${BATCH})
    delete from net._http_response r using rows where r.ctid = rows.ctid`;
  const [queue] = await sql<{ newest: string }[]>`
    select coalesce(max(id), 0)::text as newest from net.http_request_queue`;
  const requests = await sql<QueuedRequest[]>`
    with rows as (select id from net.http_request_queue order by id limit ${BATCH})
    delete from net.http_request_queue q using rows where q.id = rows.id
    returning q.id::text, q.method::text, q.url, q.headers, q.body, q.timeout_milliseconds`;
  const [taken] = await sql<{ at: string }[]>`select clock_timestamp()::text as at`;
  const responses = await Promise.all(requests.map((request) => send(request, gatewayUrl, stopping)));
  stopping.throwIfAborted();
  // The real one has the transaction's start here, with which it takes its batch within the same breath. This one goes back
  // and forth before it does, so that a request of meanwhile would be younger than its answer.
  await sql`
    insert into net._http_response (id, status_code, content_type, headers, content, timed_out, error_msg, created)
    select r.*, ${taken?.at ?? ""}::text::timestamptz
    from jsonb_to_recordset(${sql.json(responses as unknown as postgres.JSONValue)}) as r(
      id bigint, status_code int, content_type text, headers jsonb, content text, timed_out boolean, error_msg text)`;
  return { newest: queue?.newest ?? "0", busy: requests.length > 0 || expired.count > 0 };
}
