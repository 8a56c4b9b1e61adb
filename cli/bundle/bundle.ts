import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { type Checkout, HEADER } from "./checkout.ts";
import { composeDeclared, type DeclaredFile } from "./declared.ts";
import { entryNames } from "./entry_names.ts";
import { readReleases, type Release } from "./releases.ts";
import { MEMBERSHIP, readSchemaFiles } from "./schema_files.ts";

/** A migration as this checkout has it. */
export interface BundleMigration {
  /** The name of its file here, without ending. */
  readonly id: string;
  /** What it is called in a host, behind a version of the host's. */
  readonly name: string;
  readonly release: string;
  /** Left out by hosts with organisations of their own. */
  readonly isMembership: boolean;
  readonly sql: string;
}

/** A file of the Edge Function. */
export interface BundleFile {
  /** Below `supabase/`, in a host. */
  readonly path: string;
  readonly text: string;
}

/** What an install brings. */
export interface Bundle {
  /** The newest release, or `unreleased` when the schemas have gone on since, or there is none. */
  readonly release: string;
  /** All of them, the oldest first. */
  readonly releases: readonly Release[];
  readonly migrations: readonly BundleMigration[];
  readonly files: readonly BundleFile[];
  /** For a host with declarative schemas. */
  readonly declared: readonly DeclaredFile[];
  /** The `[functions.integration-sync]` block of our own config.toml. */
  readonly configBlock: string;
}

/** The function's folder. */
export const FUNCTION = "functions/integration-sync";
// A host's own rules and its own formatter are for its own files.
const LEAVE_ALONE = "// deno-lint-ignore-file\n// deno-fmt-ignore-file\n";

/**
 * Reads the bundle from a checkout. What only its own tests need stays there.
 *
 * @example
 * ```ts ignore
 * const bundle = await readBundle(checkoutAt(root));
 * console.log(bundle.release, bundle.migrations.length);
 * ```
 */
export async function readBundle(checkout: Checkout): Promise<Bundle> {
  const releases = await readReleases(checkout.releases);
  const releaseOf = new Map(
    releases.flatMap(({ release, migrations }) =>
      Object.keys(migrations).map((name) => [name, release] as const)
    ),
  );
  const folder = join(checkout.supabase, "migrations");
  const names = (await entryNames(folder)).filter((name) => name.endsWith(".sql"));
  const migrations = await Promise.all(names.map(async (file): Promise<BundleMigration> => {
    const id = file.slice(0, -".sql".length);
    return {
      id,
      name: `sync_scheduler_${id.slice(id.indexOf("_") + 1)}`,
      release: releaseOf.get(file) ?? "unreleased",
      isMembership: id.endsWith(`_${MEMBERSHIP}`),
      sql: (await readFile(join(folder, file), "utf8"))
        .replace(HEADER, "-- Part of Sync Scheduler: not to be edited.\n"),
    };
  }));
  const files = await readFunction(checkout);
  const config = await readFile(join(checkout.supabase, "config.toml"), "utf8");
  const block = /^\[functions\.integration-sync\]\n(?:(?!\[).*\n)*/m.exec(config)?.[0];
  if (block === undefined) throw new Error("supabase/config.toml has no [functions.integration-sync]");
  return {
    release: migrations.at(-1)?.release ?? "unreleased",
    releases,
    migrations,
    files,
    declared: composeDeclared(await readSchemaFiles(join(checkout.supabase, "schemas"))),
    configBlock: `${block.trimEnd()}\n`,
  };
}

async function readFunction(checkout: Checkout): Promise<BundleFile[]> {
  const files: BundleFile[] = [];
  const walk = async (directory: string): Promise<void> => {
    for (const entry of await readdir(directory, { withFileTypes: true })) {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) {
        if (entry.name !== "testing") await walk(path);
      } else if (entry.name.endsWith(".ts") && !entry.name.endsWith("_test.ts")) {
        const here = relative(checkout.supabase, path).replaceAll("\\", "/");
        files.push({ path: here, text: LEAVE_ALONE + await readFile(path, "utf8") });
      }
    }
  };
  await walk(join(checkout.supabase, FUNCTION));
  // The entry point last: an install that stops half-way has no function that lacks half of itself.
  const last = (file: BundleFile) => file.path.endsWith("/index.ts") ? 1 : 0;
  return files.sort((a, b) => last(a) - last(b) || (a.path < b.path ? -1 : 1));
}
