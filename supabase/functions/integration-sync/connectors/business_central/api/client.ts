import * as z from "../../../core/zod.ts";
import { type ExactJson, parseExactJson, stringifyExactJson } from "../../../vouchers/exact_json.ts";
import { onceBody } from "../../http/once_body.ts";
import { readLimited } from "../../http/read_limited.ts";
import { retryAfterSeconds } from "../../../core/retry_after.ts";
import type { BusinessCentralConfig, BusinessCentralCredentials } from "../config.ts";
import {
  BusinessCentralFault,
  doubtful,
  isDone,
  isTokenRefused,
  statusFault,
  unavailable,
} from "../fault.ts";
import type { TokenCache } from "./token.ts";
import type { ConnectorContext } from "../../connector.ts";
import { unsentFailure } from "../../http/transport_fault.ts";
import { vendorSignal } from "../../http/vendor_timeout.ts";

// A page of 20,000 ledger entries with the fields we select is some 4 MB.
const maxAnswerBytes = 16 * 1024 * 1024;
const mostPages = 50;
// Some 50 MB of an isolate's 256.
const mostRows = 100_000;

/** Calls of the API v2.0. Numbers in answers are texts of their digits. Everything throws BusinessCentralFault. */
export interface BusinessCentralClient {
  /** All entities of a collection, page by page, as `schema` reads them. */
  list<T>(path: string, query: Readonly<Record<string, string>>, schema: z.ZodMiniType<T>): Promise<T[]>;
  /** The cheapest question that needs a sign-in and an environment. */
  reach(): Promise<void>;
  /** One entity. */
  read<T>(path: string, schema: z.ZodMiniType<T>): Promise<T>;
  /**
   * A write; not repeated whatever happens, but for a token that had ended. What is answered with a success of another
   * status than `expected` is in doubt: something on the way may have answered instead.
   */
  write(
    path: string,
    body: ExactJson,
    expected: number,
    headers?: Readonly<Record<string, string>>,
  ): Promise<unknown>;
}

/**
 * Binds the client to one integration and one slice.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import * as z from "../../../core/zod.ts";
 * import { testContext } from "../../../testing/connector_context.ts";
 * import { createClient } from "./client.ts";
 * import { parseBusinessCentralConfig } from "../config.ts";
 *
 * const raw = { tenant_id: "t", environment: "Production", company: "C", journal: "J", currency: "NOK" };
 * const context = testContext({ fetch: () => Promise.resolve(new Response('{"value":[{"amount":0.10}]}')) });
 * const tokens = { get: () => Promise.resolve("token") };
 * const credentials = { client_id: "a", client_secret: "b" };
 * const client = createClient(parseBusinessCentralConfig(raw), credentials, tokens, context);
 * assert.deepEqual(await client.list("lines", {}, z.object({ amount: z.string() })), [{ amount: "0.10" }]);
 * ```
 */
export function createClient(
  config: BusinessCentralConfig,
  credentials: BusinessCentralCredentials,
  tokens: TokenCache,
  context: ConnectorContext,
): BusinessCentralClient {
  const root = apiRoot(config);

  async function send(url: URL, init: RequestInit, isWrite: boolean): Promise<Answer> {
    const token = await tokens.get(config, credentials, context);
    let answer = await exchange(url, init, token, isWrite);
    if (isTokenRefused(answer.status)) {
      // Nothing was carried out. Once: a token may have been revoked, or ended by another clock than ours.
      const fresh = await tokens.get(config, credentials, context, token);
      answer = await exchange(url, init, fresh, isWrite);
    }
    const { status, body, retryAfter } = answer;
    if (!isDone(status)) {
      throw statusFault(status, { isWrite, body, retryAfter, context });
    }
    return answer;
  }

  async function exchange(url: URL, init: RequestInit, token: string, isWrite: boolean): Promise<Answer> {
    try {
      const response = await context.fetch(url, {
        ...init,
        headers: {
          ...init.headers,
          authorization: `Bearer ${token}`,
          accept: "application/json",
          "accept-language": "en-US",
          "user-agent": "sync-scheduler",
        },
        redirect: "manual",
        signal: vendorSignal(context, config.timeout_seconds),
      });
      const body = await readLimited(response.body, maxAnswerBytes);
      const retryAfter = retryAfterSeconds(response.headers.get("retry-after"), context.clock.now());
      return {
        status: response.status,
        body: body.kind === "text" ? parseOrNull(body.text) : null,
        retryAfter,
      };
    } catch (error) {
      if (context.signal.aborted) throw error;
      const addressee = { prefix: "business_central", name: "Business Central", url };
      const unsent = unsentFailure(error, addressee);
      if (unsent !== null) throw new BusinessCentralFault(unsent, false, null, true);
      const what = error instanceof DOMException && error.name === "TimeoutError"
        ? `did not answer within ${config.timeout_seconds} seconds`
        : "could not be reached, or the connection was lost";
      throw isWrite ? doubtful(what) : unavailable(what);
    }
  }

  // Read from the database that is written to: the replica that reads may be sent to by default lags behind.
  // https://learn.microsoft.com/dynamics365/business-central/dev-itpro/developer/devenv-connect-apps-tips
  const get = async (url: URL): Promise<unknown> =>
    (await send(url, { method: "GET", headers: { "data-access-intent": "ReadWrite" } }, false)).body;

  return {
    async list(path, query, schema) {
      const pageSchema = z.object({
        value: z.array(schema),
        "@odata.nextLink": z.optional(z.string()),
      });
      const found = [];
      let next: URL | null = new URL(path, root);
      // Not by URLSearchParams, which writes as forms do: + for a blank, and %24 for the $ of OData's names.
      next.search = Object.entries(query)
        .map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&");
      for (let pages = 0; next !== null; pages++) {
        const page = pageSchema.safeParse(await get(next));
        if (!page.success || pages === mostPages) throw unknownShape();
        found.push(...page.data.value);
        if (found.length > mostRows) throw tooMuch();
        next = nextPage(page.data["@odata.nextLink"], next);
      }
      return found;
    },
    async reach() {
      await get(new URL("companies?$top=1&$select=id", root));
    },
    async read(path, schema) {
      const parsed = schema.safeParse(await get(new URL(path, root)));
      if (parsed.success) return parsed.data;
      throw unknownShape();
    },
    async write(path, body, expected, headers = {}) {
      const init = {
        method: "POST",
        body: onceBody(stringifyExactJson(body)),
        headers: { "content-type": "application/json", ...headers },
      };
      const answer = await send(new URL(path, root), init, true);
      if (answer.status !== expected) throw doubtful(`answered ${answer.status} instead of ${expected}`);
      return answer.body;
    },
  };
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly retryAfter: number | null;
}

/**
 * Where the API of an environment is, and everything that is asked of it below.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { apiRoot } from "./client.ts";
 *
 * const root = apiRoot({ tenant_id: "contoso.com", environment: "Production", api_url: undefined });
 * assert.equal(root.href, "https://api.businesscentral.dynamics.com/v2.0/contoso.com/Production/api/v2.0/");
 * ```
 */
export function apiRoot(
  { api_url, tenant_id, environment }: Pick<BusinessCentralConfig, "api_url" | "tenant_id" | "environment">,
): URL {
  const place = [tenant_id, environment].map(encodeURIComponent).join("/");
  return new URL(`/v2.0/${place}/api/v2.0/`, api_url ?? "https://api.businesscentral.dynamics.com");
}

/**
 * The link comes from outside and the request carries our token: it must lead back to where we are. Of what it names only
 * the query is taken, so the next page is of the same collection.
 */
function nextPage(link: string | undefined, page: URL): URL | null {
  if (link === undefined) return null;
  const linked = URL.canParse(link, page.href) ? new URL(link, page) : null;
  if (linked?.origin !== page.origin) throw unknownShape();
  const next = new URL(page);
  next.search = linked.search;
  return next;
}

function unknownShape(): BusinessCentralFault {
  return unavailable("answered in an unknown shape");
}

function tooMuch(): BusinessCentralFault {
  return unavailable(`showed more than ${mostRows} rows at once`);
}

function parseOrNull(text: string): unknown {
  try {
    return parseExactJson(text);
  } catch {
    return null;
  }
}
