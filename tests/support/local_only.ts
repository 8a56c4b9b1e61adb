/**
 * Tests with a platform of their own, because they kill or reconfigure parts of it. Only the embedded server may be killed.
 *
 * @module
 */
import postgres, { type Row } from "postgres";
import { readEnvironment } from "../../local/environment.ts";
import type { Platform, PlatformOptions } from "../../local/platform_types.ts";
import type { Postgres } from "../../local/postgres/postgres.ts";

/** A platform of the test's own whose parts may be killed. */
export interface KillablePlatform extends Platform {
  readonly postgres: Postgres;
}

const environment = readEnvironment();
const embedded = environment.kind === "embedded";

/** Name of a test that needs the embedded server, and whether to skip it: in an external database, and it says why. */
export function embeddedOnly(name: string): { name: string; ignore: boolean } {
  return { name: embedded ? name : `${name} (skipped: needs the embedded server)`, ignore: !embedded };
}

/** Loads the platform's parts only for a test that runs: many files ask for names alone. */
async function startPlatform(options: PlatformOptions): Promise<Platform> {
  const platform = await import("../../local/platform.ts");
  return await platform.startPlatform(options);
}

/** Registers a test with a platform of its own whose parts it may kill, its server among them. */
export function localTest(name: string, test: (platform: KillablePlatform) => Promise<void>): void {
  Deno.test({
    ...embeddedOnly(name),
    fn: async () => {
      await using platform = await startPlatform({ seed: false });
      const { postgres } = platform;
      if (postgres === null) throw new Error("the embedded platform has a server");
      await test({ ...platform, postgres });
    },
  });
}

/**
 * Registers a test with a platform of its own: it may kill the function, set settings, and pause jobs. A database that the
 * environment names is not the test's own, and has its settings and jobs back afterwards.
 */
export function ownPlatformTest(name: string, test: (platform: Platform) => Promise<void>): void {
  Deno.test(name, async () => {
    await using _ = await keepSettings();
    await using platform = await startPlatform({ seed: false });
    await test(platform);
  });
}

/** Reads the settings and the active jobs of the database that the environment names, to be written again at the end. */
async function keepSettings(): Promise<AsyncDisposable | null> {
  if (environment.kind === "embedded") return null;
  const sql = postgres(environment.dbUrl, { max: 1, onnotice: () => {} });
  const [found] = await sql`select to_regclass('sync_scheduler.settings') is not null as installed`;
  const rows: readonly Row[] = found?.installed === true
    ? await sql`select * from sync_scheduler.settings`
    : [];
  const jobs = rows.length === 0 ? [] : await sql`select jobid from cron.job where active`;
  return {
    async [Symbol.asyncDispose]() {
      for (const row of rows) await sql`update sync_scheduler.settings set ${sql(row)} where true`;
      for (const { jobid } of jobs) {
        await sql`select cron.alter_job(jobid, active => true) from cron.job where jobid = ${jobid} and not active`;
      }
      await sql.end();
    },
  };
}
