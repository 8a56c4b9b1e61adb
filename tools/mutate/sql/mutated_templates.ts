import { join } from "node:path";
import postgres from "postgres";
import { CleanupStack } from "../../../local/lifecycle/cleanup.ts";
import { openScratch } from "../../../local/lifecycle/scratch_directory.ts";
import { onShutdown } from "../../../local/lifecycle/shutdown.ts";
import { copyDirectory } from "../../../local/copy_directory.ts";
import { type Postgres, startPostgres } from "../../../local/postgres/postgres.ts";
import { copyData } from "../../../local/postgres/postgres_files.ts";
import { IDLE_DATABASE } from "../../../local/postgres/idle_database.ts";
import { makeIdleDatabase, makeTemplates, TEMPLATES_VARIABLE } from "../../../local/postgres/templates.ts";
import { createSupabaseCli } from "../../../local/supabase_cli.ts";
import type { SqlMutant } from "./make_mutants.ts";

/** The templates of a platform with a fault in the database, for the tests that start one. */
export class MutatedTemplates {
  #sound: Promise<string> | undefined;

  constructor(private readonly root: string) {}

  /** Runs `work` with the environment in which every platform has the fault. */
  async with<T>(
    mutant: SqlMutant,
    isFunction: boolean,
    work: (env: Record<string, string>) => Promise<T>,
  ): Promise<T> {
    const sound = await (this.#sound ??= this.#makeSound());
    const cleanup = new CleanupStack();
    const forget = onShutdown(() => cleanup.close());
    try {
      const directory = await openScratch(cleanup);
      await Deno.symlink(join(sound, "postgres"), join(directory, "postgres"));
      await copyData(join(sound, "bare"), join(directory, "bare"));
      const scratch = await openScratch(cleanup);
      const server = await startPostgres(scratch, undefined, {
        binaries: join(sound, "postgres"),
        data: join(sound, isFunction ? "migrated" : "bare"),
      });
      try {
        if (isFunction) await replaceFunction(server, mutant.mutated);
        else await this.#migrate(server, scratch, mutant);
      } finally {
        await server.stop();
      }
      await copyData(join(scratch, "data"), join(directory, "migrated"));
      return await work({ [TEMPLATES_VARIABLE]: JSON.stringify({ directory, project: `${this.root}/` }) });
    } finally {
      await cleanup.close();
      forget();
    }
  }

  readonly #cleanup = new CleanupStack();

  async close(): Promise<void> {
    await this.#cleanup.close();
  }

  async #makeSound(): Promise<string> {
    const forget = onShutdown(() => this.#cleanup.close());
    await this.#cleanup.add("the signal", forget);
    const directory = await openScratch(this.#cleanup);
    await makeTemplates({ directory, project: `${this.root}/` });
    return directory;
  }

  async #migrate(server: Postgres, scratch: string, { original, mutated }: SqlMutant): Promise<void> {
    const project = join(scratch, "project");
    await copyDirectory(join(this.root, "supabase"), join(project, "supabase"));
    const migrations = join(project, "supabase", "migrations");
    for await (const { name } of Deno.readDir(migrations)) {
      const text = await Deno.readTextFile(join(migrations, name));
      await Deno.writeTextFile(join(migrations, name), text.replace(original, () => mutated));
    }
    await createSupabaseCli({ projectDirectory: project, scratch, dbUrl: server.url() }).push();
    await makeIdleDatabase(server);
  }
}

async function replaceFunction(server: Postgres, statement: string): Promise<void> {
  for (const database of ["postgres", IDLE_DATABASE]) {
    const sql = postgres(server.url("postgres", database), { max: 1, onnotice: () => {} });
    await sql.unsafe(statement).simple().finally(() => sql.end({ timeout: 5 }));
  }
}
