import postgres, { type Sql } from "postgres";
import { CleanupStack } from "../../../local/lifecycle/cleanup.ts";
import { openScratch } from "../../../local/lifecycle/scratch_directory.ts";
import { onShutdown } from "../../../local/lifecycle/shutdown.ts";
import { bootstrapServer } from "../../../local/postgres/database.ts";
import { type Postgres, startPostgres, SUPERUSER } from "../../../local/postgres/postgres.ts";
import { IDLE_DATABASE } from "../../../local/postgres/idle_database.ts";
import { templateFiles } from "../../../local/postgres/templates.ts";
import { PLATFORM_VARIABLE, type PlatformDescription } from "../../../tests/support/platform.ts";

/** What the bootstrap makes databases from. */
const BARE = "template_supabase";
const MIGRATED = "mutate_migrated";
/** Where the runs are posted: nothing listens there, and no worker of pg_net runs. */
const NOWHERE = "http://127.0.0.1:9";
const FUNCTION_URL = `${NOWHERE}/functions/v1/integration-sync`;

/** A private Postgres with a database that has the whole schema, to be copied for each mutant. */
export class MutantServer implements AsyncDisposable {
  #made = 0;

  private constructor(
    private readonly server: Postgres,
    private readonly admin: Sql,
    private readonly close: () => Promise<void>,
  ) {}

  /** Starts the server and fills the database that is copied. It ends with this process, however that ends. */
  static async start(schema: string): Promise<MutantServer> {
    const cleanup = new CleanupStack();
    const forget = onShutdown(() => cleanup.close());
    const close = () => cleanup.close().finally(forget);
    try {
      const template = templateFiles("bare");
      const server = await startPostgres(await openScratch(cleanup), undefined, template);
      await cleanup.add("Postgres", () => server.stop());
      if (template === null) await bootstrapServer(server, { autoGrant: false });
      const admin = postgres(server.url(SUPERUSER, "template1"), { max: 1, onnotice: () => {} });
      await cleanup.add("the connection", () => admin.end({ timeout: 0 }));
      // A mutant's database is thrown away, and nothing here survives a crash.
      await admin.unsafe("alter system set fsync = off");
      await admin.unsafe("select pg_reload_conf()");
      await withSql(server.url(SUPERUSER, BARE), async (sql) => {
        await sql.unsafe("create extension if not exists pgtap with schema extensions");
      });
      const self = new MutantServer(server, admin, close);
      await self.#fill(MIGRATED, schema);
      return self;
    } catch (error) {
      await close();
      throw error;
    }
  }

  /** Makes a database with the schema as it is, and one more statement. */
  async copy(statement: string, settings: Readonly<Record<string, string>> = {}): Promise<MutantDatabase> {
    const name = await this.#create(MIGRATED, settings);
    return await this.#orDrop(
      name,
      () =>
        withSql(this.server.url("postgres", name), async (sql) => void await sql.unsafe(statement).simple()),
    );
  }

  /** Makes a database with another schema. */
  async build(schema: string): Promise<MutantDatabase> {
    const name = `mutant_${++this.#made}`;
    return await this.#orDrop(name, () => this.#fill(name, schema));
  }

  /** Runs `work` while a mutant's database is the one that tests of races copy. */
  async asIdle<T>(database: MutantDatabase, work: (env: Record<string, string>) => Promise<T>): Promise<T> {
    const drop = () => this.admin.unsafe(`drop database if exists ${IDLE_DATABASE} with (force)`);
    await drop();
    await this.admin.unsafe(`create database ${IDLE_DATABASE} template ${database.name} owner postgres`);
    const description: PlatformDescription = {
      ...{ apiUrl: NOWHERE, functionsUrl: NOWHERE, publishableKey: "", secretKey: "", jwtSecret: "" },
      ...{ dbUrl: this.server.url(), adminUrl: this.server.url(SUPERUSER, "template1") },
    };
    try {
      return await work({ [PLATFORM_VARIABLE]: JSON.stringify(description) });
    } finally {
      await drop();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #fill(name: string, schema: string): Promise<void> {
    await this.admin.unsafe(`create database ${name} template ${BARE} owner postgres`);
    await withSql(this.server.url("postgres", name), async (sql) => {
      await sql.unsafe(schema).simple();
      const [found] = await sql`select to_regclass('sync_scheduler.settings')::text as settings`;
      if (found?.settings === null) return;
      await sql`update sync_scheduler.settings set function_url = ${FUNCTION_URL} where true`;
    });
  }

  async #create(template: string, settings: Readonly<Record<string, string>>): Promise<string> {
    const name = `mutant_${++this.#made}`;
    await this.admin.unsafe(`create database ${name} template ${template} owner postgres`);
    for (const [setting, value] of Object.entries(settings)) {
      await this.admin.unsafe(`alter database ${name} set ${setting} = '${value}'`);
    }
    return name;
  }

  async #orDrop(name: string, fill: () => Promise<void>): Promise<MutantDatabase> {
    const drop = async () => void await this.admin.unsafe(`drop database if exists ${name} with (force)`);
    try {
      await fill();
    } catch (error) {
      await drop();
      throw error;
    }
    return { name, url: this.server.url("postgres", name), [Symbol.asyncDispose]: drop };
  }
}

/** A database that is dropped with the block. */
export interface MutantDatabase extends AsyncDisposable {
  readonly name: string;
  /** As the role `postgres`. */
  readonly url: string;
}

async function withSql<T>(url: string, work: (sql: Sql) => Promise<T>): Promise<T> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
}
