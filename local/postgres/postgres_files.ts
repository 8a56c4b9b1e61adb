import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { copyDirectory } from "../copy_directory.ts";
import { pgtapArchive, POSTGRES_VERSION, postgresDirectory } from "./native_package.ts";
import { untar } from "./untar.ts";

const STAND_INS = fileURLToPath(new URL("../stand_ins/", import.meta.url));

/** Where a platform finds its server's binaries and its data. */
export interface TemplateFiles {
  readonly binaries: string;
  readonly data: string;
}

/**
 * Copies a Postgres to `target`, with pgTAP and our stand-in extensions in its share folder.
 *
 * A copy, for two reasons. The server may run as a user who cannot read a package cache below a private home. And the
 * stand-ins then exist in this one server only, never next to a real extension.
 */
export async function copyPostgres(target: string, version?: string): Promise<void> {
  const [source, archive] = await Promise.all([postgresDirectory(version), pgtapArchive()]);
  // Static libraries are for those who compile against Postgres.
  const options = { skip: (name: string) => name.endsWith(".a"), copyFile: copyReadable };
  const parts = ["bin", "lib", "share"];
  await Promise.all(parts.map((part) => copyDirectory(join(source, part), join(target, part), options)));
  const extensions = join(target, "share", "postgresql", "extension");
  await Promise.all([
    linkLibraries(source, target),
    unpackExtension(archive, extensions),
    copyStandIns(extensions, version),
  ]);
}

/** Copies a data directory with its owner and modes, without which Postgres refuses it. */
export async function copyData(from: string, to: string): Promise<void> {
  const { success, stderr } = await new Deno.Command("cp", { args: ["-a", from, to], stdout: "null" })
    .output();
  if (!success) throw new Error(`cp failed:\n${new TextDecoder().decode(stderr)}`);
}

async function copyReadable(from: string, to: string): Promise<void> {
  await Deno.copyFile(from, to);
  const mode = (await Deno.stat(from)).mode ?? 0o644;
  // Whatever the cache's modes are, the server's user must be able to read this.
  await Deno.chmod(to, mode | 0o444 | (mode & 0o100 ? 0o111 : 0));
}

/** An npm package cannot hold symbolic links: the package lists them, and its install script would make them. */
async function linkLibraries(source: string, target: string): Promise<void> {
  const list = await Deno.readTextFile(join(source, "pg-symlinks.json")).catch(() => "[]");
  const links = JSON.parse(list) as { source: string; target: string }[];
  await Promise.all(links.map(async (link) => {
    const at = join(target, link.target.replace(/^native\//, ""));
    const to = join(target, link.source.replace(/^native\//, ""));
    if (dirname(at) !== dirname(to)) throw new Error(`Unexpected link ${link.target} to ${link.source}.`);
    await Deno.symlink(to.slice(dirname(to).length + 1), at).catch((error) => {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    });
  }));
}

async function unpackExtension(archive: string, extensions: string): Promise<void> {
  const prefix = "share/postgresql/extension/";
  for (const [path, content] of untar(await Deno.readFile(archive))) {
    if (path.startsWith(prefix)) await Deno.writeFile(join(extensions, path.slice(prefix.length)), content);
  }
}

async function copyStandIns(extensions: string, version = POSTGRES_VERSION): Promise<void> {
  for await (const folder of Deno.readDir(STAND_INS)) {
    if (!folder.isDirectory) continue;
    for await (const file of Deno.readDir(join(STAND_INS, folder.name))) {
      // The worker of an extension runs in the platform's process, not in the server.
      if (file.name.endsWith(".ts")) continue;
      const target = join(extensions, file.name);
      await copyReadable(join(STAND_INS, folder.name, file.name), target);
      if (parseInt(version) >= 16) continue;
      // Older ones cannot name another extension's schema; Supabase has them all in one.
      const sql = await Deno.readTextFile(target);
      await Deno.writeTextFile(target, sql.replaceAll(/@extschema:\w+@/g, "extensions"));
    }
  }
}
