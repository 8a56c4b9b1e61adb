import { ODataError } from "./odata_error.ts";

const scope = "https://api.businesscentral.dynamics.com/.default";

/** An app that was registered in the tenant. */
export interface App {
  readonly tenant_id: string;
  readonly client_id: string;
  client_secret: string;
}

/** The token endpoint of one tenant, and what its tokens are good for. */
export interface Tokens {
  /** POST /{tenant}/oauth2/v2.0/token, with the body as it arrived. */
  issue(tenant: string, body: string): { readonly status: number; readonly content: unknown };
  /** Throws 401 unless the header holds a token that has not expired. */
  check(authorization: string | undefined): void;
  /** Ends all tokens before their time, as a revoked consent does. */
  revoke(): void;
  /** How many were issued. */
  readonly issued: number;
}

/** Tokens on an injected clock; their life is in seconds. */
export function createTokens(app: App, now: () => number, lifetime: () => number): Tokens {
  const expiries = new Map<string, number>();
  let issued = 0;
  const refuse = (status: number, error: string, code: number, text: string) => ({
    status,
    content: { error, error_description: `AADSTS${code}: ${text}`, error_codes: [code] },
  });
  return {
    issue(tenant, body) {
      const form = new URLSearchParams(body);
      if (tenant !== app.tenant_id) return refuse(400, "invalid_request", 90002, "Tenant not found.");
      if (form.get("grant_type") !== "client_credentials") {
        return refuse(400, "unsupported_grant_type", 70003, "The grant type is not supported.");
      }
      if (form.get("client_id") !== app.client_id) {
        return refuse(400, "unauthorized_client", 700016, "The application was not found in the directory.");
      }
      if (form.get("client_secret") !== app.client_secret) {
        return refuse(401, "invalid_client", 7000215, "Invalid client secret provided.");
      }
      if (form.get("scope") !== scope) {
        return refuse(400, "invalid_scope", 70011, "The provided value for 'scope' is not valid.");
      }
      const access_token = `eyJ.${crypto.randomUUID()}`;
      expiries.set(access_token, now() + lifetime() * 1000);
      issued++;
      return { status: 200, content: { token_type: "Bearer", expires_in: lifetime(), access_token } };
    },
    check(authorization) {
      const token = /^Bearer (.+)$/.exec(authorization ?? "")?.[1] ?? "";
      if ((expiries.get(token) ?? 0) > now()) return;
      const message = "The server has rejected the client credentials.";
      throw new ODataError(401, "Authentication_InvalidCredentials", message);
    },
    revoke: () => expiries.clear(),
    get issued() {
      return issued;
    },
  };
}
