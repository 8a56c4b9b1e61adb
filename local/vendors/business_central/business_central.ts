/**
 * A fake of Dynamics 365 Business Central over real HTTP: the token endpoint and as much of the API v2.0 as an exporter
 * touches. The facts it follows are in the issue's vendor notes, in the API's pages of
 * github.com/microsoft/ALAppExtensions (Apps/W1/APIV2) and in the error codes that Microsoft documents.
 *
 * @module
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { type Clock, systemClock } from "../../../supabase/functions/integration-sync/core/clock.ts";
import { type ApiState, carryOut } from "./api.ts";
import { type BatchMode, carryOutBatch } from "./batch.ts";
import { type Fault, takeFault } from "./faults.ts";
import { keepConnection } from "../http.ts";
import { parseBody, refuse } from "./http.ts";
import { createFaultInjection, type Work } from "./fault_injection.ts";
import { createGate, documentedLimits, type Limits } from "./limits.ts";
import { ODataError } from "./odata_error.ts";
import { type Company, type Journal, newCompany } from "./store.ts";
import { type App, createTokens } from "./tokens.ts";

export type { Fault } from "./faults.ts";

/** The fake, with everything that a test turns or reads. */
export interface BusinessCentral extends AsyncDisposable {
  /** Stands for `https://api.businesscentral.dynamics.com`, and for `https://login.microsoftonline.com`. */
  readonly url: string;
  readonly app: App;
  readonly environment: string;
  readonly company: Company;
  /** The company's first journal. */
  readonly journal: Journal;
  readonly state: ApiState;
  readonly limits: Limits;
  batchMode: BatchMode;
  /** See `keepConnection`. */
  keepsConnections: boolean;
  /** Life of a token in seconds. */
  tokenLifetime: number;
  readonly tokensIssued: number;
  revokeTokens(): void;
  /** Method and path of what arrived, for messages of failing tests. Assert on the ledger, not on these. */
  readonly requests: readonly string[];
  /** Requests that have arrived and are not answered. */
  readonly active: number;
  readonly busiest: number;
  misbehave(...faults: readonly Fault[]): void;
  /** Lets the requests that are held go on. */
  release(): void;
  /** Carries out what was cut off to be carried out later. */
  carryOutLate(): void;
  /** When the oldest of these was cut off, on the fake's clock. */
  readonly lateSince: number | null;
}

/** Starts the fake on a free loopback port. */
export async function startBusinessCentral(
  options: { readonly clock?: Pick<Clock, "now"> } = {},
): Promise<BusinessCentral> {
  const { now } = { now: () => (options.clock ?? systemClock).now() };
  const app: App = {
    tenant_id: crypto.randomUUID(),
    client_id: crypto.randomUUID(),
    client_secret: "s3cret~",
  };
  const environment = "Production";
  const company = newCompany();
  const state: ApiState = {
    companies: [company],
    now,
    pageSize: 20_000,
    visibilityDelay: 0,
    showsPostingNumberSeries: false,
  };
  const limits: Limits = { ...documentedLimits };
  const gate = createGate(limits, now);
  const settings = { batchMode: "documented" as BatchMode, tokenLifetime: 3599, keepsConnections: false };
  const tokens = createTokens(app, now, () => settings.tokenLifetime);
  const root = `/v2.0/${app.tenant_id}/${environment}/api/v2.0/`;
  const faults: Fault[] = [];
  const requests: string[] = [];
  const injection = createFaultInjection(now);
  let active = 0;

  const server = createServer((request, response) => {
    active++;
    keepConnection(response, settings.keepsConnections);
    void receive(request, response)
      .catch((error) => {
        if (error instanceof ODataError) return refuse(response, error);
        console.error("Business Central:", error);
        response.destroy();
      })
      .finally(() => active--);
  });

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const address = new URL(request.url ?? "/", `http://${request.headers.host}`);
    const method = request.method ?? "GET";
    const login = /^\/([^/]+)\/oauth2\/v2\.0\/token$/.exec(address.pathname);
    const path = login ? "token" : decodeURIComponent(address.pathname.replace(root, ""));
    requests.push(`${method} ${path}${address.search}`);

    const work: Work = (cut = {}) => {
      if (login) {
        const { status, content } = tokens.issue(login[1] ?? "", body);
        return { status, body: content };
      }
      tokens.check(request.headers.authorization);
      if (!address.pathname.startsWith(root)) {
        throw new ODataError(404, "BadRequest_NotFound", "No such environment.");
      }
      const ifMatch = request.headers["if-match"] ?? null;
      const content = body === "" ? undefined : parseBody(body);
      if (path !== "$batch") return carryOut(state, { method, address, path, ifMatch, body: content });
      const prefer = String(request.headers.prefer ?? "");
      return carryOutBatch(state, new URL(root, address), content, {
        mode: settings.batchMode,
        prefer,
        ...cut,
      });
    };
    const serve = (): Promise<void> => injection.answer(response, takeFault(faults, { method, path }), work);
    if (login) await serve();
    else await gate.run(serve);
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const stop = async (): Promise<void> => {
    injection.stop();
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return {
    url: `http://127.0.0.1:${port}`,
    app,
    environment,
    company,
    journal: company.journals[0] as Journal,
    state,
    limits,
    get batchMode() {
      return settings.batchMode;
    },
    set batchMode(mode) {
      settings.batchMode = mode;
    },
    get keepsConnections() {
      return settings.keepsConnections;
    },
    set keepsConnections(keeps) {
      settings.keepsConnections = keeps;
    },
    get tokenLifetime() {
      return settings.tokenLifetime;
    },
    set tokenLifetime(seconds) {
      settings.tokenLifetime = seconds;
    },
    get tokensIssued() {
      return tokens.issued;
    },
    revokeTokens: tokens.revoke,
    requests,
    get active() {
      return active;
    },
    get busiest() {
      return gate.busiest;
    },
    misbehave: (...more) => void faults.push(...more),
    release: injection.release,
    carryOutLate: injection.carryOutLate,
    get lateSince() {
      return injection.lateSince;
    },
    [Symbol.asyncDispose]: stop,
  };
}
