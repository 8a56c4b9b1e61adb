/**
 * Data directories that are copied instead of being made anew, for a process that starts many platforms: the tests.
 *
 * @module
 */
import { join } from "node:path";
import postgres from "postgres";
import { createSupabaseCli } from "../supabase_cli.ts";
import { bootstrapServer } from "./database.ts";
import { IDLE_DATABASE } from "./idle_database.ts";
import { type Postgres, startPostgres, SUPERUSER } from "./postgres.ts";
import { copyData, type TemplateFiles } from "./postgres_files.ts";

/** Says where the templates of a project are, as JSON of {@link Templates}; without it each platform makes its own data. */
export const TEMPLATES_VARIABLE = "SYNC_SCHEDULER_TEMPLATES";

/** Templates, and the checkout that they were made from. */
export interface Templates {
  readonly directory: string;
  readonly project: string;
}

/** How far a template's database is filled: as a hosted one is, or with the migrations. */
export type Template = "bare" | "migrated";

/** The files of a template, or null when there is none. One with migrations serves its own checkout only. */
export function templateFiles(template: "bare"): TemplateFiles | null;
export function templateFiles(template: Template, project: string): TemplateFiles | null;
export function templateFiles(template: Template, project?: string): TemplateFiles | null {
  const text = Deno.env.get(TEMPLATES_VARIABLE);
  if (text === undefined || text === "") return null;
  const templates: Templates = JSON.parse(text);
  if (template !== "bare" && templates.project !== project) return null;
  return { binaries: join(templates.directory, "postgres"), data: join(templates.directory, template) };
}

/** Makes a copy of the migrated template as young as it looks: a fresh installation has a while until its first tick. */
export async function makeFresh(adminUrl: string): Promise<void> {
  const sql = postgres(adminUrl, { max: 1, onnotice: () => {} });
  try {
    await sql`update sync_scheduler.settings set installed_at = now() where true`;
  } finally {
    await sql.end();
  }
}

/** Seeds a copy of the migrated template, as the CLI does. Its own start costs more than the seed. */
export async function seedCopy(dbUrl: string, project: string): Promise<void> {
  const script = await Deno.readTextFile(join(project, "supabase", "seed.sql"));
  const sql = postgres(dbUrl, { max: 1, onnotice: () => {} });
  try {
    await sql.unsafe(script);
  } finally {
    await sql.end();
  }
}

/** Makes the idle database from the migrated one, which must have no connections. */
export async function makeIdleDatabase(server: Postgres): Promise<void> {
  const sql = postgres(server.url(SUPERUSER, "template1"), { max: 1, onnotice: () => {} });
  try {
    await sql.unsafe(`create database ${IDLE_DATABASE} template postgres owner postgres`);
  } finally {
    await sql.end();
  }
}

/** On a busy machine a client's call may take longer than the 8 s of a hosted project. No test is about that limit. */
async function allowSlowCalls(server: Postgres): Promise<void> {
  const sql = postgres(server.url(SUPERUSER, "template1"), { max: 1, onnotice: () => {} });
  try {
    await sql`alter role authenticator set statement_timeout = '2min'`;
  } finally {
    await sql.end();
  }
}

/** Makes the templates of a project in an empty directory that the server's user may enter. */
export async function makeTemplates({ directory, project }: Templates): Promise<void> {
  const server = await startPostgres(directory);
  const keep = async (template: Template) => {
    await server.stop();
    await copyData(join(directory, "data"), join(directory, template));
  };
  try {
    await bootstrapServer(server, { autoGrant: false });
    await allowSlowCalls(server);
    await keep("bare");
    await server.start();
    const cli = createSupabaseCli({ projectDirectory: project, scratch: directory, dbUrl: server.url() });
    await cli.push();
    await makeIdleDatabase(server);
    await keep("migrated");
  } finally {
    await server.stop();
  }
}
