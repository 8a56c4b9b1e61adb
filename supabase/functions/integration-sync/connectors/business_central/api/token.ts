import * as z from "../../../core/zod.ts";
import { readLimited } from "../../http/read_limited.ts";
import { retryAfterSeconds } from "../../../core/retry_after.ts";
import { BusinessCentralFault, unavailable } from "../fault.ts";
import { signInFault } from "../sign_in_fault.ts";
import type { BusinessCentralConfig, BusinessCentralCredentials } from "../config.ts";
import type { ConnectorContext } from "../../connector.ts";
import { unsentFailure } from "../../http/transport_fault.ts";
import { vendorSignal, vendorTimeout } from "../../http/vendor_timeout.ts";

const scope = "https://api.businesscentral.dynamics.com/.default";
const maxAnswerBytes = 64 * 1024;
const mostTokens = 500;
// Refreshed before it ends, so that no request is sent with one that ends on its way.
const earliestRefreshSeconds = 300;

const answerSchema = z.object({
  access_token: z.string().check(z.minLength(1)),
  // A number of JSON; some endpoints of the same service write it as a text.
  expires_in: z.union([z.number(), z.pipe(z.string().check(z.regex(/^\d+$/)), z.transform(Number))]),
});

/** Tokens of an isolate, one an integration. Each that is given out is one of the context's secrets. */
export interface TokenCache {
  /** A token that is good for a while; `refused` is one that was just answered with 401. */
  get(
    config: BusinessCentralConfig,
    credentials: BusinessCentralCredentials,
    context: ConnectorContext,
    refused?: string,
  ): Promise<string>;
}

interface Cached {
  /** What it was got with: other credentials are another identity. */
  readonly source: string;
  readonly token: string;
  readonly refreshAt: number;
}

/**
 * A cache of client-credentials tokens. Throws BusinessCentralFault: a refused sign-in is a fault of the configuration,
 * everything else passes by itself; nothing was written in any case.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { testContext } from "../../../testing/connector_context.ts";
 * import { parseBusinessCentralConfig } from "../config.ts";
 * import { createTokenCache } from "./token.ts";
 *
 * const raw = { tenant_id: "t", environment: "Production", company: "C", journal: "J", currency: "NOK" };
 * const answer = { access_token: "abc", expires_in: 3599 };
 * const context = testContext({ fetch: () => Promise.resolve(Response.json(answer)) });
 * const credentials = { client_id: "a", client_secret: "b" };
 * assert.equal(await createTokenCache().get(parseBusinessCentralConfig(raw), credentials, context), "abc");
 * ```
 */
export function createTokenCache(): TokenCache {
  const cache = new Map<string, Cached>();
  return {
    async get(config, credentials, context, refused) {
      const source = JSON.stringify([config.login_url, config.tenant_id, credentials]);
      const cached = cache.get(context.integration_id);
      const isGood = cached?.source === source && cached.token !== refused &&
        cached.refreshAt > context.clock.now();
      if (isGood) {
        context.secrets.add(cached.token);
        return cached.token;
      }
      const { access_token, expires_in } = await fetchToken(config, credentials, context);
      context.secrets.add(access_token);
      const usable = expires_in - Math.min(earliestRefreshSeconds, expires_in / 2);
      cache.delete(context.integration_id);
      // The oldest goes: an isolate that serves many tenants must not grow for ever.
      if (cache.size >= mostTokens) cache.delete(cache.keys().next().value ?? "");
      const refreshAt = context.clock.now() + usable * 1000;
      cache.set(context.integration_id, { source, token: access_token, refreshAt });
      return access_token;
    },
  };
}

/**
 * Where an app signs in.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { tokenUrl } from "./token.ts";
 *
 * const url = tokenUrl({ tenant_id: "contoso.com", login_url: undefined });
 * assert.equal(url.href, "https://login.microsoftonline.com/contoso.com/oauth2/v2.0/token");
 * ```
 */
export function tokenUrl(
  { login_url, tenant_id }: Pick<BusinessCentralConfig, "login_url" | "tenant_id">,
): URL {
  const host = login_url ?? "https://login.microsoftonline.com";
  return new URL(`/${encodeURIComponent(tenant_id)}/oauth2/v2.0/token`, host);
}

async function fetchToken(
  config: BusinessCentralConfig,
  credentials: BusinessCentralCredentials,
  context: ConnectorContext,
): Promise<z.infer<typeof answerSchema>> {
  const url = tokenUrl(config);
  const body = new URLSearchParams({ grant_type: "client_credentials", scope, ...credentials });
  let response: Response;
  let answer: unknown;
  try {
    const signal = vendorSignal(context, vendorTimeout.usual);
    response = await context.fetch(url, { method: "POST", body, redirect: "manual", signal });
    answer = await readJson(response);
  } catch (error) {
    if (context.signal.aborted) throw error;
    const addressee = { prefix: "business_central", name: "Microsoft's sign-in service", url };
    const unsent = unsentFailure(error, addressee);
    if (unsent !== null) throw new BusinessCentralFault(unsent);
    throw unavailable("could not be signed in to: Microsoft's sign-in service did not answer");
  }
  const hint = retryAfterSeconds(response.headers.get("retry-after"), context.clock.now());
  if (response.ok) {
    const token = answerSchema.safeParse(answer);
    if (token.success) return token.data;
    throw unavailable("could not be signed in to: Microsoft's sign-in service answered in an unknown shape");
  }
  throw signInFault(response.status, answer, hint);
}

async function readJson(response: Response): Promise<unknown> {
  const body = await readLimited(response.body, maxAnswerBytes);
  try {
    return body.kind === "text" ? JSON.parse(body.text) : null;
  } catch {
    return null;
  }
}
