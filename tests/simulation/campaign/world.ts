/**
 * The stage of a campaign: a database whose dispatches are caught, integrations with an external system each, and
 * what all actors share.
 *
 * @module
 */
import postgres, { type Notice, type Sql } from "postgres";
import type { Platform } from "../../../local/platform.ts";
import { createTenant, type Tenant } from "../../support/tenant.ts";
import { catchDispatches } from "./dispatches.ts";
import * as plan from "./plan.ts";
import { Random } from "./random.ts";
import { Vendor } from "./vendor.ts";

/** One integration and the system behind it. */
export interface Member {
  readonly tenant: Tenant;
  readonly vendor: Vendor;
}

/** A worker at work, or about to claim. */
export interface Life {
  readonly runId: string;
  readonly attempt: number;
  /** It has been silent for longer than its lease, and knows: no write of its own may begin. */
  lapsed: boolean;
}

/** Names an attempt, for people and as a key. */
export function attemptName(runId: string, attempt: number): string {
  return `attempt ${attempt} of run ${runId}`;
}

/** In the calm nothing goes wrong any more; when closing, no person presses either. */
type Phase = "chaos" | "calm" | "closing" | "over";

/** What the actors of a campaign share. */
export class World implements AsyncDisposable {
  readonly random: Random;
  readonly members = new Map<string, Member>();
  readonly lives = new Set<Life>();
  /** Names of the attempts that a worker has claimed. */
  readonly claimed = new Set<string>();
  /** Names of the attempts whose lease fate has ended: only these may be lost. */
  readonly expired = new Set<string>();
  /** Deliveries that only the end waits for. */
  readonly underWay = new Set<Promise<void>>();
  /** How often what happened. */
  readonly tally = new Map<string, number>();
  readonly faults: unknown[] = [];
  phase: Phase = "chaos";
  #stepsLeft = 0;

  private constructor(
    seed: number,
    /** As a client of the API or as pg_cron: the role `postgres`, which becomes the others. */
    readonly sql: Sql,
    /** As fate: lets time pass, catches dispatches, and sees everything. */
    readonly fate: Sql,
  ) {
    this.random = new Random(seed);
  }

  static async create(platform: Platform, seed: number): Promise<World> {
    const sql = postgres(platform.dbUrl, { max: 30, onnotice: (notice) => world.#heed(notice) });
    const fate = postgres(platform.adminUrl, { max: 4, onnotice: () => {} });
    const world = new World(seed, sql, fate);
    await fate.unsafe(catchDispatches);
    await fate`update sync_scheduler.settings set function_url = 'http://caught.invalid/',
      claim_timeout = ${plan.ENDLESS}::interval, lease_duration = ${plan.ENDLESS}::interval,
      max_dispatches = ${plan.MAX_DISPATCHES} where true`;
    for (let n = 0; n < plan.INTEGRATIONS; n++) {
      const retryBase = plan.RETRY_BASES[n % plan.RETRY_BASES.length] ?? plan.RETRY_BASES[0];
      const tenant = await createTenant(fate, platform, { retryBase });
      // The other half of the kinds, so that kind and backoff do not go together.
      const kind = n < plan.INTEGRATIONS / 2 ? "idempotent" : "lookup";
      world.members.set(tenant.integrationId, { tenant, vendor: new Vendor(kind) });
      await fate`update public.sync_integrations set manual_cooldown = '0',
        max_attempts = ${plan.MAX_ATTEMPTS[n % plan.MAX_ATTEMPTS.length] ?? plan.MAX_ATTEMPTS[0]}
        where id = ${tenant.integrationId}`;
    }
    return world;
  }

  count(what: string): void {
    this.tally.set(what, (this.tally.get(what) ?? 0) + 1);
  }

  /** Whether this goes wrong now. */
  happens(what: keyof typeof plan.MISFORTUNES, random: Random): boolean {
    const happens = this.phase === "chaos" && random.chance(plan.MISFORTUNES[what]);
    if (happens) this.count(what);
    return happens;
  }

  /** Goes on to a further phase, unless all is over. */
  enter(phase: Phase): void {
    if (this.phase !== "over") this.phase = phase;
  }

  /** Notes what must never happen; the campaign ends. */
  fail(fault: unknown): void {
    this.faults.push(fault);
    this.phase = "over";
  }

  allowSteps(steps: number): void {
    this.#stepsLeft = steps;
  }

  step(): void {
    this.count("steps");
    if (this.#stepsLeft-- === 0) this.fail(new Error("the round does not come to its end"));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.sql.end({ timeout: 5 }), this.fate.end({ timeout: 5 })]);
  }

  /** The recovery passes over a run with which it cannot go on, deadlocks included, and says so in a warning only. */
  #heed({ message = "" }: Notice): void {
    if (!message.includes("was left as it is")) return;
    // Another session held the row for longer than the recovery waits: a slow machine, and it comes back.
    if (message.endsWith("(55P03)")) this.count("recovery: lock timeout");
    else this.fail(new Error(message));
  }
}
