/**
 * Projects of hosts, to install the bundle into: a folder as `supabase init` makes it, and a database as the platform gives
 * it, without the bundle. Embedded server only.
 *
 * @module
 */
import { dirname, join } from "node:path";
import postgres, { type Sql } from "postgres";
import { CleanupStack } from "../../../local/lifecycle/cleanup.ts";
import { openScratch } from "../../../local/lifecycle/scratch_directory.ts";
import { bootstrapServer } from "../../../local/postgres/database.ts";
import { startPostgres, SUPERUSER } from "../../../local/postgres/postgres.ts";
import { templateFiles } from "../../../local/postgres/templates.ts";
import { createSupabaseCli, type SupabaseCli } from "../../../local/supabase_cli.ts";
import { callCli } from "./call_cli.ts";
import { connect } from "../connect.ts";
import { applyMigrations } from "./migrations.ts";

/** A project with a database of its own. */
export interface HostProject {
  /** The folder that holds `supabase/`. */
  readonly directory: string;
  readonly dbUrl: string;
  /** As the role `postgres`. */
  readonly sql: Sql;
  /** As a superuser. */
  readonly adminUrl: string;
  readonly cli: SupabaseCli;
  /** Applies the migrations that are missing, without a start of the CLI. */
  push(): Promise<void>;
  /** Writes files below the project. */
  write(files: Readonly<Record<string, string>>): Promise<void>;
  /** Calls `install` of this checkout for this project. */
  install(...args: string[]): Promise<{ code: number; text: string }>;
  /** Calls `uninstall` for this project. */
  uninstall(...args: string[]): Promise<{ code: number; text: string }>;
}

/** A server with as many projects as a test wants. */
export interface Hosts extends AsyncDisposable {
  create(options?: { autoGrant?: boolean }): Promise<HostProject>;
  /** What the first database has and the second has not, or otherwise, as SQL; empty when their catalogs are equal. */
  difference(from: HostProject, to: HostProject): Promise<string>;
  /** Drops a project's database; its files stay until the end. */
  drop(project: HostProject): Promise<void>;
  /** A copy of a database as it is, to compare it with later. */
  copy(project: HostProject): Promise<HostProject>;
}

/** Runs the command line of a checkout. */
export async function runCli(
  checkout: string,
  args: readonly string[],
): Promise<{ code: number; text: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "cli/main.ts", ...args],
    cwd: checkout,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, text: decoder.decode(stdout) + decoder.decode(stderr) };
}

/** Writes files below a folder. */
export async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await Deno.mkdir(dirname(join(folder, path)), { recursive: true });
    await Deno.writeTextFile(join(folder, path), text);
  }
}

/** The server that the tests of a file share. */
export function useHosts(): Promise<Hosts> {
  own ??= startHosts();
  return own;
}

let own: Promise<Hosts> | undefined;
// Registered while a test file loads this module, so for that file. Outside of `deno test` it is never called.
Deno.test.afterAll(async () => void await (await own)?.[Symbol.asyncDispose]());

/** Starts a server for projects; `version` is a Postgres that `native_package.ts` knows. */
export async function startHosts(version?: string): Promise<Hosts> {
  const cleanup = new CleanupStack();
  const scratch = await openScratch(cleanup);
  const template = version === undefined ? templateFiles("bare") : null;
  const server = await startPostgres(scratch, version, template);
  await cleanup.add("Postgres", () => server.stop());
  if (template === null) await bootstrapServer(server, { autoGrant: false });
  const admin = postgres(server.url(SUPERUSER, "template1"), { max: 1, onnotice: () => {} });
  await cleanup.add("the superuser's connection", () => admin.end({ timeout: 0 }));
  let count = 0;

  async function open(template: string, directory: string): Promise<HostProject> {
    const name = `host_${++count}`;
    await admin.unsafe(`create database ${name} template ${template} owner postgres`);
    const dbUrl = server.url("postgres", name);
    const sql = postgres(dbUrl, { max: 4, onnotice: () => {}, idle_timeout: 1 });
    await cleanup.add(name, () => sql.end({ timeout: 0 }));
    return {
      directory,
      dbUrl,
      adminUrl: server.url(SUPERUSER, name),
      sql,
      cli: createSupabaseCli({ projectDirectory: directory, scratch: join(scratch, name), dbUrl }),
      push: () => applyMigrations(dbUrl, directory),
      write: (files) => writeFiles(directory, files),
      install: (...args) => callCli(["install", "--workdir", directory, ...args]),
      uninstall: (...args) => callCli(["uninstall", "--workdir", directory, ...args]),
    };
  }

  return {
    async create({ autoGrant = false } = {}) {
      const project = await open("template_supabase", join(scratch, `project_${count + 1}`));
      await project.write({ "supabase/config.toml": CONFIG });
      if (autoGrant) {
        const grants = new URL("../../../local/postgres/bootstrap/auto_grant.sql", import.meta.url);
        await project.sql.unsafe(await Deno.readTextFile(grants));
      }
      return project;
    },
    async copy(project) {
      await admin`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${
        new URL(project.dbUrl).pathname.slice(1)
      }`;
      return await open(new URL(project.dbUrl).pathname.slice(1), project.directory);
    },
    async drop({ sql, dbUrl }) {
      await sql.end({ timeout: 0 });
      await admin`drop database ${admin(new URL(dbUrl).pathname.slice(1))} with (force)`;
    },
    async difference(from, to) {
      // A job names its database. In the projects that these stand for, both have the same name.
      const name = (database: string) => async ({ adminUrl }: HostProject) => {
        await using admin = connect(adminUrl);
        if ((await admin.sql`select to_regclass('cron.job') as jobs`)[0]?.jobs === null) return;
        await admin.sql.unsafe(`update cron.job set database = ${database}`);
      };
      await Promise.all([from, to].map(name("'postgres'")));
      try {
        const urls = ["--from", from.dbUrl, "--to", to.dbUrl];
        return (await from.cli.run(["db", "diff", "--use-pg-delta", ...urls])).stdout;
      } finally {
        await Promise.all([from, to].map(name("current_database()")));
      }
    },
    [Symbol.asyncDispose]: () => cleanup.close(),
  };
}

/** A host's own, with what an edit could spoil. */
export const CONFIG = `# The settings of our app.
project_id = "host"   # never change

[auth]
site_url = "https://app.example"
additional_redirect_urls = [
  "https://app.example/callback", # production
  "http://localhost:3000",
]

# Our own function
[functions.hello]
verify_jwt = true # it needs one
`;
