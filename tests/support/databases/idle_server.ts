import { CleanupStack } from "../../../local/lifecycle/cleanup.ts";
import { openScratch } from "../../../local/lifecycle/scratch_directory.ts";
import { bootstrapServer } from "../../../local/postgres/database.ts";
import { startPostgres, SUPERUSER } from "../../../local/postgres/postgres.ts";
import { makeIdleDatabase, templateFiles } from "../../../local/postgres/templates.ts";
import { createSupabaseCli } from "../../../local/supabase_cli.ts";
import { root } from "../../../tools/run_deno.ts";

/** Starts a server that has nothing but an idle database; returns its URL as a superuser. */
export async function startIdleServer(): Promise<{ adminUrl: string; stop(): Promise<void> }> {
  const cleanup = new CleanupStack();
  const scratch = await openScratch(cleanup);
  const template = templateFiles("migrated", `${root}/`);
  const server = await startPostgres(scratch, undefined, template);
  await cleanup.add("Postgres", () => server.stop());
  if (template === null) {
    await bootstrapServer(server, { autoGrant: false });
    await createSupabaseCli({ projectDirectory: root, scratch, dbUrl: server.url() }).push();
    await makeIdleDatabase(server);
  }
  return { adminUrl: server.url(SUPERUSER), stop: () => cleanup.close() };
}
