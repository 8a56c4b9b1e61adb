/**
 * What the scheduler relies on in pg_net. Passes on the real extension (0.20 on Postgres 17; CONTRIBUTING.md says how to
 * repeat that) and on the stand-in.
 */
import assert from "node:assert/strict";
import type { Sql } from "postgres";
import { until } from "../../../local/wait.ts";
import { usePlatform } from "../../support/platform.ts";
import { startHttpProbe } from "../../support/servers/http_probe.ts";

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
  const [row] = await sql<{ id: string; at: Date }[]>`
    select net.http_post(
      url := ${probe.url + "/ok"},
      body := '{"løp": 1}',
      params := '{"q": "blå & bær", "none": null}',
      headers := '{"X-Test": "yes", "X-Number": 5, "X-None": null}'
    )::text as id, now() as at`;
  assert.ok(row);
  const answer = await response(sql, row.id);
  // It distinguishes a response from one that had the same id before a crash.
  assert.ok(answer.created >= row.at);
  assert.equal(answer.status_code, 200);
  assert.equal(answer.content, '{"hello":"world"}');
  assert.equal(answer.content_type, "application/json");
  assert.equal(answer.timed_out, false);
  assert.equal(answer.error_msg, null);
  const [request] = probe.seen;
  assert.equal(request?.method, "POST");
  assert.equal(new URL(request?.path ?? "", probe.url).searchParams.get("q"), "blå & bær");
  assert.equal(new URL(request?.path ?? "", probe.url).searchParams.has("none"), false);
  assert.deepEqual(["x-test", "x-number", "x-none"].map((name) => request?.headers[name]), [
    "yes",
    "5",
    undefined,
  ]);
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

Deno.test("pg_net stores what went wrong as an error without a status", async () => {
  const platform = await usePlatform();
  await using probe = await startHttpProbe();
  await using database = platform.connect();
  const { sql } = database;
  const late = await response(sql, await post(sql, `${probe.url}/held`, 200));
  assert.deepEqual([late.status_code, late.timed_out], [null, true]);
  assert.match(late.error_msg ?? "", /Timeout of 200 ms reached/);
  const ids = await Promise.all(
    ["http://127.0.0.1:1/", `${probe.url}/dropped`, "ftp://127.0.0.1/"].map((url) => post(sql, url)),
  );
  const answers = await Promise.all(ids.map((id) => response(sql, id)));
  assert.deepEqual(
    answers.map((answer) => [answer.status_code, answer.timed_out]),
    Array(3).fill([null, false]),
  );
  const [refused, dropped, unknown] = answers.map((answer) => answer.error_msg ?? "");
  // Older versions of curl had other words for the first.
  assert.match(refused ?? "", /^Could(n't| not) connect to server$/);
  assert.deepEqual([dropped, unknown], [
    "Server returned nothing (no headers, no data)",
    "Unsupported protocol",
  ]);
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
  // The quick one has been answered, but that cannot be seen.
  assert.equal((await sql`select from net._http_response where id = any(${ids}::bigint[])`).length, 0);
  probe.release();
  const answers = await Promise.all(ids.map((id) => response(sql, id)));
  assert.equal(answers[0]?.created.getTime(), answers[1]?.created.getTime());
});

Deno.test("pg_net sends 200 requests at a time", async () => {
  const platform = await usePlatform();
  await using probe = await startHttpProbe();
  await using database = platform.connect();
  const { sql } = database;
  const ids = (await sql<{ id: string }[]>`
    select net.http_post(${probe.url + "/ok"})::text as id from generate_series(1, 250)`).map((row) =>
    row.id
  );
  const batches = () =>
    sql<{ size: number }[]>`
      select count(*)::int as size from net._http_response where id = any(${ids}::bigint[]) group by created order by created`;
  const all = await until("all responses", async () => {
    const found = await batches();
    return found.reduce((sum, { size }) => sum + size, 0) === 250 && found;
  });
  assert.equal(probe.seen.length, 250);
  // With a foreign request in it, the first batch has room for fewer.
  assert.ok(all.length >= 2 && all.every(({ size }) => size <= 200), JSON.stringify(all));
});

Deno.test("pg_net rests for a second after each batch: the first commit cuts it short, those after it wait together", async () => {
  const platform = await usePlatform();
  await using probe = await startHttpProbe();
  await using database = platform.connect();
  const { sql } = database;
  const ok = `${probe.url}/ok`;
  async function together(): Promise<boolean> {
    for (let i = 0; i < 2; i++) await response(sql, await post(sql, ok));
    const third = await post(sql, ok);
    // A wait for a time, since this is what the test is about. Without the rest the third would be sent meanwhile.
    await new Promise((resolve) => setTimeout(resolve, 150));
    const fourth = await post(sql, ok);
    const [one, other] = await Promise.all([response(sql, third), response(sql, fourth)]);
    return one.created.getTime() === other.created.getTime();
  }
  // More than once, because the rest is over on a machine that stalls for a second.
  assert.ok(await together() || await together() || await together());
});

for (const url of ["not a url", "localhost:9", "http://<ref>.example.test/", "http://127.0.0.1:port/"]) {
  Deno.test(`pg_net refuses the URL ${url} when the request is made`, async () => {
    const platform = await usePlatform();
    await using database = platform.connect();
    await assert.rejects(database.sql`select net.http_post(${url})`, { code: "XX000" });
  });
}

Deno.test("pg_net refuses to make a request without a URL", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  for (const method of ["http_get", "http_post", "http_delete"]) {
    await assert.rejects(database.sql.unsafe(`select net.${method}(null)`), { code: "23502" });
  }
});

Deno.test("pg_net serves anybody in the database", async () => {
  const platform = await usePlatform();
  await using probe = await startHttpProbe();
  await using database = platform.connect();
  const { sql } = database;
  const id = await sql.begin(async (tx) => {
    await tx`set local role anon`;
    const [row] = await tx<{ id: string }[]>`select net.http_post(${probe.url + "/ok"})::text as id`;
    await tx`select from net._http_response limit 1`;
    await tx`select from net.http_request_queue limit 1`;
    return row?.id;
  });
  assert.equal((await response(sql, id ?? "")).status_code, 200);
});

Deno.test("pg_net refuses a POST that is not JSON", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  await assert.rejects(
    database.sql`select net.http_post('http://127.0.0.1/', headers := '{"content-type": "text/plain"}')`,
    { code: "P0001", message: 'Content-Type header must be "application/json"' },
  );
});
