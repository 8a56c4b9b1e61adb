import postgres from "postgres";
import { startPlatform } from "../../local/platform.ts";
import { SUPERUSER } from "../../local/postgres/postgres.ts";
import { ManualSyncController, type SyncRun, SyncSchedulerRepository } from "../../src/client/mod.ts";
import { createTenant, type Tenant } from "../../tests/support/tenant.ts";
import type { Benchmark, Result } from "../benchmark.ts";
import { percentile, ratios } from "../statistics.ts";

/** How many presses make one round, whose percentiles are compared. */
const PER_ROUND = 20;

/** What a person waits for, from the press: in milliseconds. */
interface Sample {
  /** Until the run is shown. */
  readonly shown: number;
  /** Until it is shown as succeeded. */
  readonly succeeded: number;
}

/** From the press to what the banner shows, with the controller and with supabase-js alone. */
export const pressToBanner: Benchmark = {
  name: "press-to-banner",
  description:
    "from the press to the run on the banner, and to its success, against bare supabase-js and Realtime",
  run: async ({ quick, progress }) => {
    progress("starting a platform");
    await using platform = await startPlatform({ seed: false });
    const sql = postgres(platform.postgres?.url(SUPERUSER) ?? platform.adminUrl, {
      max: 1,
      onnotice: () => {},
    });
    try {
      const tenants = { own: await createTenant(sql, platform), bare: await createTenant(sql, platform) };
      await sql`update public.sync_integrations set manual_cooldown = '0' where true`;
      const own = await pressWithController(tenants.own);
      const bare = await pressWithSupabase(tenants.bare);
      const rounds = quick ? 2 : 5;
      const found: Record<"own" | "bare", Sample[][]> = { own: [], bare: [] };
      // The first of each pays for cold starts.
      await own.press();
      await bare.press();
      for (let round = 1; round <= rounds; round++) {
        const [ours, theirs]: [Sample[], Sample[]] = [[], []];
        for (let n = 0; n < PER_ROUND; n++) {
          ours.push(await own.press());
          theirs.push(await bare.press());
        }
        found.own.push(ours);
        found.bare.push(theirs);
        progress(`round ${round}`);
      }
      await own.stop();
      await bare.stop();
      return {
        results: [0.5, 0.95].flatMap((share) => [
          compare("run shown", found, share, (sample) => sample.shown),
          compare("success shown", found, share, (sample) => sample.succeeded),
        ]),
        notes: [
          "press-to-banner: a run with no entries. The bare client has subscribed to its organisation before the press; the " +
          "controller subscribes to the run after it, and leaves at its end.",
        ],
      };
    } finally {
      await sql.end();
    }
  },
};

interface Presser {
  press(): Promise<Sample>;
  stop(): Promise<void>;
}

async function pressWithController(tenant: Tenant): Promise<Presser> {
  const supabase = await tenant.signIn("coordinator");
  const controller = new ManualSyncController(new SyncSchedulerRepository(supabase), tenant.orgId, "webhook");
  return {
    async press() {
      const stopwatch = new Stopwatch(controller.getSnapshot().run?.run_id);
      const unsubscribe = controller.subscribe((sync) => {
        if (sync.state === "data") stopwatch.see(sync.run);
        if (sync.state === "error") stopwatch.fail(sync.error);
      });
      await controller.press();
      return await stopwatch.sample.finally(unsubscribe);
    },
    async stop() {
      controller.dispose();
      await supabase.removeAllChannels();
    },
  };
}

async function pressWithSupabase(tenant: Tenant): Promise<Presser> {
  const supabase = await tenant.signIn("coordinator");
  await supabase.realtime.setAuth();
  let stopwatch = new Stopwatch(undefined);
  await new Promise<void>((resolve) =>
    supabase.channel("bench")
      .on(
        "postgres_changes",
        { event: "UPDATE", schema: "public", table: "sync_run_log", filter: `org_id=eq.${tenant.orgId}` },
        ({ new: run }) => stopwatch.see(run as SyncRun),
      )
      .on("system", {}, ({ status }: { status: string }) => status === "ok" && resolve())
      .subscribe()
  );
  let last: string | undefined;
  return {
    async press() {
      stopwatch = new Stopwatch(last);
      const target = { org_id: tenant.orgId, integration_type: "webhook" };
      const { data: run, error } = await supabase.rpc("trigger_integration_sync", target);
      if (error !== null) throw error;
      stopwatch.see(run);
      last = run.run_id;
      return await stopwatch.sample;
    },
    async stop() {
      await supabase.removeAllChannels();
    },
  };
}

/** Runs from now on, and notes when a run is first seen and when its success is. */
class Stopwatch {
  readonly #done = Promise.withResolvers<Sample>();
  readonly #begin = performance.now();
  readonly #formerRunId: string | undefined;
  #shown: number | undefined;

  constructor(formerRunId: string | undefined) {
    this.#formerRunId = formerRunId;
  }

  get sample(): Promise<Sample> {
    return this.#done.promise;
  }

  see(run: SyncRun): void {
    if (run.run_id === this.#formerRunId) return;
    const now = performance.now() - this.#begin;
    this.#shown ??= now;
    if (run.status === "succeeded") this.#done.resolve({ shown: this.#shown, succeeded: now });
    if (run.status === "failed") this.fail(new Error(run.error_message ?? "the run failed"));
  }

  fail(error: Error): void {
    this.#done.reject(error);
  }
}

function compare(
  name: string,
  found: Readonly<Record<"own" | "bare", readonly Sample[][]>>,
  share: number,
  pick: (sample: Sample) => number,
): Result {
  const [own, bare] = [found.own, found.bare].map((rounds) =>
    rounds.map((round) => percentile(round.map(pick), share))
  );
  return {
    benchmark: pressToBanner.name,
    case: `${name}, p${share * 100}`,
    unit: "ms",
    measured: percentile(own ?? [], 0.5),
    reference: percentile(bare ?? [], 0.5),
    ratio: ratios(own ?? [], bare ?? []),
  };
}
