/** What the scheduler relies on in pg_net. Passes on the real extension and on the stand-in. */
import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { until } from "../../local/wait.ts";
import { usePlatform } from "../support/platform.ts";
import { startHttpProbe } from "./http_probe.ts";

interface Response {
  readonly status_code: number | null;
  readonly content_type: string | null;
  readonly content: string | null;
  readonly timed_out: boolean | null;
  readonly error_msg: string | null;
  readonly created: Date;
}

function response(sql: Sql, id: string): Promise<Response> {
  return until(`the response ${id}`, async () => {
    const [row] = await sql<Response[]>`select * from net._http_response where id = ${id}`;
    return row;
  });
}

async function post(sql: Sql, url: string, timeout = 5000): Promise<string> {
  const [row] = await sql<{ id: string }[]>`
    select net.http_post(url := ${url}, timeout_milliseconds := ${timeout}::int)::text as id`;
  assert.ok(row);
  return row.id;
}

Deno.test("pg_net sends method, parameters, headers and body, and stores the answer", async () => {
  const platform = await usePlatform();
  await using probe = await startHttpProbe();
  await using database = platform.connect();
  const { sql } = database;
  const [row] = await sql<{ id: string }[]>`
    select net.http_post(
      url := ${probe.url + "/ok"},
      body := '{"løp": 1}',
      params := '{"q": "blå & bær"}',
      headers := '{"X-Test": "yes"}'
    )::text as id`;
  const answer = await response(sql, row?.id ?? "");
  assert.equal(answer.status_code, 200);
  assert.equal(answer.content, '{"hello":"world"}');
  assert.equal(answer.content_type, "application/json");
  assert.equal(answer.timed_out, false);
  assert.equal(answer.error_msg, null);
  const [request] = probe.seen;
  assert.equal(request?.method, "POST");
  assert.equal(new URL(request?.path ?? "", probe.url).searchParams.get("q"), "blå & bær");
  assert.equal(request?.headers["x-test"], "yes");
  assert.equal(request?.headers["content-type"], "application/json");
  assert.match(request?.headers["user-agent"] ?? "", /^pg_net\//);
  assert.deepEqual(JSON.parse(request?.body ?? ""), { løp: 1 });
});

Deno.test("pg_net sends nothing before the commit and nothing after a rollback", async () => {
  const platform = await usePlatform();
  await using probe = await startHttpProbe();
  await using database = platform.connect();
  const { sql } = database;
  await sql.begin(async (tx) => {
    await tx`select net.http_post(${probe.url + "/ok?rolled-back"})`;
    throw new Error("rollback");
  }).catch(() => {});
  let heldBack = -1;
  await sql.begin(async (tx) => {
    await tx`select net.http_post(${probe.url + "/ok?committed"})`;
    // A later request overtakes this one, so the worker has been at work while the transaction was open.
    await response(sql, await post(sql, `${probe.url}/ok?later`));
    heldBack = probe.seen.length;
  });
  await until(
    "the committed request",
    () => probe.seen.some((request) => request.path.includes("committed")),
  );
  assert.equal(heldBack, 1);
  assert.deepEqual(probe.seen.map((request) => request.path), ["/ok?later", "/ok?committed"]);
});

Deno.test("pg_net stores a time-out and a refused connection as errors without a status", async () => {
  const platform = await usePlatform();
  await using probe = await startHttpProbe();
  await using database = platform.connect();
  const { sql } = database;
  const late = await response(sql, await post(sql, `${probe.url}/held`, 200));
  assert.deepEqual([late.status_code, late.timed_out], [null, true]);
  assert.match(late.error_msg ?? "", /Timeout of 200 ms reached/);
  const refused = await response(sql, await post(sql, "http://127.0.0.1:1/"));
  assert.deepEqual([refused.status_code, refused.timed_out], [null, false]);
  assert.notEqual(refused.error_msg, null);
});

Deno.test("pg_net stores the answers of a batch together, when the slowest is there", async () => {
  const platform = await usePlatform();
  await using probe = await startHttpProbe();
  await using database = platform.connect();
  const { sql } = database;
  const ids = await sql.begin(async (tx) => {
    const rows = await tx<{ id: string }[]>`
      select net.http_post(url)::text as id
      from unnest(${[`${probe.url}/held`, `${probe.url}/ok`]}::text[]) as url`;
    return rows.map((row) => row.id);
  });
  await until("both requests", () => probe.seen.length === 2);
  // The quick one has been answered, but nobody can know.
  assert.equal((await sql`select from net._http_response where id = any(${ids}::bigint[])`).length, 0);
  probe.release();
  const answers = await Promise.all(ids.map((id) => response(sql, id)));
  assert.equal(answers[0]?.created.getTime(), answers[1]?.created.getTime());
});

Deno.test("pg_net refuses a POST that is not JSON", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  await assert.rejects(
    database.sql`select net.http_post('http://127.0.0.1/', headers := '{"content-type": "text/plain"}')`,
    { code: "P0001", message: 'Content-Type header must be "application/json"' },
  );
});
