import type { Sql } from "postgres";
import { type Check, type Examination, fail, type Finding, pass, warn } from "../check.ts";
import { literal } from "../quote.ts";
import { until } from "../wait.ts";

/** What pg_net says of the request. */
interface Answer {
  readonly status_code: number | null;
  readonly content: string | null;
  readonly timed_out: boolean | null;
  readonly error_msg: string | null;
}

/**
 * Is the function's address set, and does what answers there work for this database? The check sends it a warm-up for
 * an instant that is no slot, through pg_net like every dispatch. The function reports to its own database. So when the
 * report arrives in this one, address, network, function, keys and project are right. The warm-up has no other effect.
 */
export const edgeFunction: Check = {
  name: "function",
  healthy: "It answers.",
  async examine(examination) {
    const { look, mayAsk, suggestedUrl } = examination;
    const [settings] = await look(async (tx) =>
      await tx<{ function_url: string | null }[]>`select function_url from sync_scheduler.settings`
    );
    const set = `update sync_scheduler.settings set function_url = ${literal(suggestedUrl)};`;
    if (settings === undefined) {
      return [fail("The settings have no row.", "insert into sync_scheduler.settings default values;")];
    }
    if (settings.function_url === null) return [fail("The function's address is not set.", set)];
    if (!mayAsk) return [warn(`Not asked (--read-only). Its address is ${settings.function_url}.`)];
    return [await ask(examination, settings.function_url, set)];
  },
};

async function ask({ sql, timeoutMs }: Examination, url: string, set: string): Promise<Finding> {
  const token = crypto.randomUUID().replaceAll("-", "") + crypto.randomUUID().replaceAll("-", "");
  const [sent] = await sql<{ slot: string; request_id: string }[]>`
    with made as (
      -- No slot of anybody: those are whole minutes.
      insert into sync_scheduler.warmups (scheduled_for, token_hash)
      values (date_trunc('minute', now()) + interval '1 second' * (1 + random()), sha256(convert_to(${token}, 'UTF8')))
      returning scheduled_for
    )
    select scheduled_for::text as slot, net.http_post(
      url := ${url}, timeout_milliseconds := 10000, headers := '{"Content-Type": "application/json"}',
      body := jsonb_build_object('kind', 'warmup', 'scheduled_for', scheduled_for, 'token', ${token}::text)
    )::text as request_id from made`;
  if (sent === undefined) throw new Error("the warm-up was not written");
  let answer: Answer | undefined;
  let reported: number | null = null;
  try {
    await until(async () => {
      [answer] = await sql<Answer[]>`
        select status_code, content, timed_out, error_msg from net._http_response where id = ${sent.request_id}`;
      return answer !== undefined;
    }, timeoutMs);
    // As text: as a Date it would lose its microseconds on the way.
    const [row] = await sql<{ ms: number | null }[]>`
      select round(extract(epoch from answered_at - requested_at) * 1000)::int as ms
      from sync_scheduler.warmups where scheduled_for = ${sent.slot}::text::timestamptz`;
    reported = row?.ms ?? null;
  } finally {
    await sql`delete from sync_scheduler.warmups where scheduled_for = ${sent.slot}::text::timestamptz`;
  }
  if (reported !== null) {
    return await compareProtocols(sql, answer?.content ?? null) ??
      pass(`${url} answers, for this database, within ${reported} ms.`);
  }
  return answer === undefined
    ? fail(`${url} was not asked: pg_net did not send the request. See pg_net.`)
    : fail(explainAnswer(url, answer), set);
}

/** Do the function and the schema understand each other? If not, runs wait until both are up to date. */
async function compareProtocols(sql: Sql, content: string | null): Promise<Finding | null> {
  const protocol: unknown = readJson(content)?.["protocol"];
  if (typeof protocol !== "number") return null;
  const [schema] = await sql<{ understands: boolean; isNewer: boolean }[]>`
    select r @> ${protocol}::int as understands, lower(r) > ${protocol}::int as "isNewer"
    from sync_scheduler.worker_protocols() r`;
  if (schema?.understands !== false) return null;
  return fail(
    schema.isNewer
      ? "The function is older than the database, and runs wait: deploy it."
      : "The database is older than the function, and runs wait: push its migrations.",
  );
}

/**
 * Says what is wrong with an answer that did not come with a report.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { explainAnswer } from "./edge_function.ts";
 *
 * const answer = { status_code: 404, content: null, timed_out: false, error_msg: null };
 * assert.match(explainAnswer("https://x.example/f", answer), /no function is deployed/);
 * ```
 */
export function explainAnswer(url: string, { status_code, content, timed_out, error_msg }: Answer): string {
  if (timed_out === true) return `${url} did not answer within 10 s.`;
  if (status_code === null) return `${url} could not be reached: ${error_msg ?? "no reason given"}.`;
  const code = errorCode(content);
  if (code === "invalid_token") {
    return `${url} is the function, but of another project: it does not know this database.`;
  }
  if (code === "function_misconfigured") return `${url} is the function, but without the platform's keys.`;
  if (code === "database_unavailable") {
    return `${url} is the function, but its Data API does not answer as it should: is the schema public exposed?`;
  }
  if (code !== null) return `${url} is the function in a version that knows no warm-up: deploy it again.`;
  if (status_code === 401) {
    return `${url} asks for a key: deploy the function with verify_jwt = false, as its block in config.toml says.`;
  }
  if (status_code === 404) return `At ${url} no function is deployed.`;
  return `${url} answers ${status_code}, and not as the function does.`;
}

/** The code of an error of the function's own; null for anybody else's answer. */
function errorCode(content: string | null): string | null {
  const error: unknown = readJson(content)?.["error"];
  const code: unknown = typeof error === "object" && error !== null ? Reflect.get(error, "code") : null;
  return typeof code === "string" ? code : null;
}

function readJson(content: string | null): Record<string, unknown> | null {
  try {
    const json: unknown = JSON.parse(content ?? "");
    return typeof json === "object" && json !== null ? { ...json } : null;
  } catch {
    return null;
  }
}
