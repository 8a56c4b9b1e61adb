import { fileURLToPath } from "node:url";
import postgres, { type Sql } from "postgres";
import { CleanupStack } from "../local/lifecycle/cleanup.ts";
import { bootstrapServer } from "../local/postgres/database.ts";
import { type Postgres, startPostgres, SUPERUSER } from "../local/postgres/postgres.ts";
import { openScratch } from "../local/lifecycle/scratch_directory.ts";
import { onShutdown } from "../local/lifecycle/shutdown.ts";
import { createSupabaseCli } from "../local/supabase_cli.ts";
import { BenchDatabase } from "./database.ts";
import { script } from "./script.ts";

const PROJECT = fileURLToPath(new URL("../", import.meta.url));
const TENANTS = 2500;

/** Which database a benchmark wants. Equal wishes get the same one. */
export interface DatabaseWish {
  /** Rows in the run log, and as many attempts. */
  readonly rows: number;
  /** Integrations with a schedule, none of them due; none at all by default. */
  readonly scheduled?: number;
  /**
   * Analysed while empty and never again: the planner believes that the tables are empty. It is empty at first, so that
   * plans can be cached; a benchmark calls `fill`. The text distinguishes databases for different purposes.
   */
  readonly stale?: string;
  /** Distinguishes a database that a benchmark changes from the one that the others share. */
  readonly purpose?: string;
}

/**
 * A Postgres server with the migrated bundle, and databases with logs of different lengths in it, so that they can be
 * measured in turns. It is the local platform's server without the stand-ins' workers: `net.http_post` queues as ever,
 * but nothing empties the queue, and pg_cron starts nothing during a measurement.
 */
export class BenchServer {
  readonly #postgres: Postgres;
  readonly #cleanup: CleanupStack;
  readonly #coordinatorId: string;
  readonly #forget: () => void;
  readonly #databases = new Map<string, Promise<BenchDatabase>>();

  private constructor(server: Postgres, cleanup: CleanupStack, coordinatorId: string, forget: () => void) {
    this.#forget = forget;
    this.#postgres = server;
    this.#cleanup = cleanup;
    this.#coordinatorId = coordinatorId;
  }

  /** Starts and migrates it. It ends with `stop`, or with the process. */
  static async start(): Promise<BenchServer> {
    const cleanup = new CleanupStack();
    const forget = onShutdown(() => cleanup.close());
    try {
      const scratch = await openScratch(cleanup);
      const server = await startPostgres(scratch);
      await cleanup.add("Postgres", () => server.stop());
      await bootstrapServer(server, { autoGrant: false });
      const dbUrl = server.url("postgres");
      await createSupabaseCli({ projectDirectory: PROJECT, scratch, dbUrl }).push();
      const coordinatorId = await prepareTemplate(server.url(SUPERUSER));
      return new BenchServer(server, cleanup, coordinatorId, forget);
    } catch (error) {
      await cleanup.close().catch((failure) => console.error(failure));
      forget();
      throw error;
    }
  }

  /** A copy of the migrated database with a log of the wished length. */
  database(wish: DatabaseWish): Promise<BenchDatabase> {
    const name = ["bench", wish.rows, wish.scheduled, wish.stale, wish.purpose].filter((part) =>
      part !== undefined
    ).join(
      "_",
    );
    const known = this.#databases.get(name) ?? this.#makeDatabase(name, wish);
    this.#databases.set(name, known);
    return known;
  }

  async stop(): Promise<void> {
    try {
      await this.#cleanup.close();
    } finally {
      this.#forget();
    }
  }

  async #makeDatabase(name: string, wish: DatabaseWish): Promise<BenchDatabase> {
    const admin = postgres(this.#postgres.url(SUPERUSER, "template1"), { max: 1, onnotice: () => {} });
    try {
      await admin.unsafe(`create database ${name} template postgres owner postgres`);
      // As Postgres and Supabase have it by default. The local platform tracks nested statements too, which costs a
      // function with ten statements ten times what it costs a bare insert.
      await admin.unsafe(`alter database ${name} set pg_stat_statements.track = 'top'`);
    } finally {
      await admin.end();
    }
    const database = new BenchDatabase({
      url: (role) => this.#postgres.url(role, name),
      coordinatorId: this.#coordinatorId,
      tenants: TENANTS,
    });
    await this.#cleanup.add(`the connections to ${name}`, () => database.close());
    await database.prepare(wish);
    return database;
  }
}

/** Puts what every database needs into the one that they are copied from; returns who calls. */
async function prepareTemplate(adminUrl: string): Promise<string> {
  const sql: Sql = postgres(adminUrl, { max: 1, onnotice: () => {} });
  try {
    // Port 9 is closed: nothing is sent from here, and a request would not arrive.
    await sql`update sync_scheduler.settings set function_url = 'http://127.0.0.1:9/' where true`;
    // No tick comes. Without this one a press would raise an alert of the silence after two minutes.
    await sql`insert into sync_scheduler.ticks (ticked_at) values (now() + interval '1 day')`;
    await sql.unsafe(await script("scratch_schema.sql"));
    const [person] = await sql.unsafe<{ id: string }[]>(await script("tenants.sql"), [TENANTS]);
    if (person === undefined) throw new Error("tenants.sql returned no coordinator");
    await sql`vacuum analyze`;
    return person.id;
  } finally {
    await sql.end();
  }
}
