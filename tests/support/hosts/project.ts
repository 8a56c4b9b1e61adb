/**
 * The folder of a host's project, without a database.
 *
 * @module
 */
import { join, relative } from "node:path";
import { callCli } from "./call_cli.ts";
import { CONFIG, runCli, writeFiles } from "./hosts.ts";

/** A project that `supabase init` has made, with a migration and a function of its own. */
export interface Project extends AsyncDisposable {
  readonly directory: string;
  /** All files below `supabase/`, by path. */
  files(): Promise<Record<string, string>>;
  write(files: Readonly<Record<string, string>>): Promise<void>;
  remove(path: string): Promise<void>;
  /** Runs the installer of this checkout, or of another. */
  install(args?: readonly string[], checkout?: string): Promise<{ code: number; text: string }>;
  /** Takes the bundle out again. */
  uninstall(args?: readonly string[]): Promise<{ code: number; text: string }>;
}

/** Makes one in a temporary folder. */
export async function createProject(files: Readonly<Record<string, string>> = {}): Promise<Project> {
  const directory = await Deno.makeTempDir({ prefix: "project-of-a-test-" });
  const supabase = join(directory, "supabase");
  const write = (added: Readonly<Record<string, string>>) => writeFiles(supabase, added);
  await write({
    "config.toml": CONFIG,
    "migrations/20250101000000_mine.sql": "create table public.mine (id int);\n",
    "functions/_shared/errors.ts": "export const mine = true;\n",
    "functions/hello/index.ts": 'Deno.serve(() => new Response("hello"));\n',
    ...files,
  });
  return {
    directory,
    files: async () => {
      const found: Record<string, string> = {};
      const walk = async (folder: string): Promise<void> => {
        for await (const { name, isDirectory } of Deno.readDir(folder)) {
          const path = join(folder, name);
          if (isDirectory) await walk(path);
          else found[relative(supabase, path).replaceAll("\\", "/")] = await Deno.readTextFile(path);
        }
      };
      await walk(supabase);
      return found;
    },
    write,
    remove: (path) => Deno.remove(join(supabase, path), { recursive: true }),
    install: (args = [], checkout) => {
      const call = ["install", "--workdir", directory, ...args];
      return checkout === undefined ? callCli(call) : runCli(checkout, call);
    },
    uninstall: (args = []) => callCli(["uninstall", "--workdir", directory, ...args]),
    [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }),
  };
}

/** The bundle's migrations among files, in the order in which they are applied. */
export function migrationsOf(files: Readonly<Record<string, string>>): string[] {
  return Object.keys(files).filter((path) => /^migrations\/.*_sync_scheduler_/.test(path)).sort()
    .map((path) => path.replace(/^migrations\/\d+_sync_scheduler_/, "").replace(/\.sql$/, ""));
}
