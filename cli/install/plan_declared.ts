import type { Bundle, BundleFile } from "../bundle/bundle.ts";
import { readToml, setSchemaPaths } from "./config_block.ts";
import { type Declared, ownSchemaPath, readSchemaPaths } from "./declared.ts";
import type { History } from "./history.ts";
import type { Host } from "./host.ts";
import { mark } from "./marker.ts";
import type { FileChange } from "./plan_types.ts";

/** A file that an install brings. */
export interface Brought extends BundleFile {
  /** What it is to the bundle, wherever the host has it. */
  readonly id: string;
  /** The host edits it: no install ever touches it again. */
  readonly isYours: boolean;
}

const ADAPTER_FILE = "membership_adapter.sql";
const EXTENSIONS_FILE = "extensions.sql";
const UNINSTALL_FILE = "99_uninstall.sql";

/**
 * Whether a host's own declared files make the bundle, too: `supabase db schema declarative generate` has written them from the
 * database.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { declaresBundle } from "./plan_declared.ts";
 *
 * const declared = { folder: "schemas/sync_scheduler", sql: "create table a ();", schemaPath: null };
 * assert.equal(declaresBundle(declared), false);
 * ```
 */
export function declaresBundle(declared: Declared): boolean {
  return /create\s+schema\s+(?:if\s+not\s+exists\s+)?"?sync_scheduler"?(?!\w)/i.test(declared.sql);
}

/**
 * The bundle's declared files for a host; none for one that writes its migrations by hand. The names sort as the parts build
 * on each other.
 *
 * @param adapter The text of a host's own two functions, if it has organisations of its own.
 * @example
 * ```ts ignore
 * const brought = declaredFiles(bundle, host.declared, ownMembership ? adapter : null);
 * ```
 */
export function declaredFiles(bundle: Bundle, declared: Declared | null, adapter: string | null): Brought[] {
  if (declared === null || declaresBundle(declared)) return [];
  return bundle.declared.map(({ name, isMembership, sql }) => {
    const isYours = isMembership && adapter !== null;
    const file = isYours ? name.replace(/(?<=^\d+_).*/, ADAPTER_FILE) : name;
    return {
      path: `${declared.folder}/${file}`,
      id: `declared/${file}`,
      text: isYours ? adapter : sql,
      isYours,
    };
  });
}

/**
 * What the host's two functions are when they are declared for the first time: as its migration has them.
 *
 * @example
 * ```ts ignore
 * const adapter = declaredAdapter(history, options.adapter);
 * ```
 */
export function declaredAdapter(history: History, adapter: string): string {
  return history.adapter?.marker.text ?? adapter;
}

/**
 * A config.toml in which the CLI reads the bundle's declared files, if it does not by itself.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { addSchemaPath } from "./plan_declared.ts";
 *
 * const config = '[db.migrations]\nschema_paths = ["./a.sql"]\n';
 * const declared = { folder: "sync_scheduler", sql: "", schemaPath: "./sync_scheduler/*.sql" };
 * assert.match(addSchemaPath(config, declared), /\["\.\/a\.sql", "\.\/sync_scheduler\/\*\.sql"\]/);
 * assert.equal(addSchemaPath(config, null), config);
 * ```
 */
export function addSchemaPath(config: string, declared: Declared | null): string {
  if (declared === null || declared.schemaPath === null || declaresBundle(declared)) return config;
  return setSchemaPaths(config, [...readSchemaPaths(readToml(config)), declared.schemaPath]);
}

/**
 * What an uninstall writes among the declared files, which always say what the database has. Kept data is declared by the
 * bundle's files and the uninstall behind them; dropped data leaves only extensions, which the host may use itself.
 *
 * @param uninstall The SQL of the migration that takes the bundle out.
 * @example
 * ```ts ignore
 * const { changes, config } = undeclare(bundle, host, uninstallSql, dropData);
 * ```
 */
export function undeclare(
  bundle: Bundle,
  { declared, config }: Host,
  uninstall: string,
  dropData: boolean,
): { changes: FileChange[]; config: string } {
  if (declared === null || declaresBundle(declared)) return { changes: [], config };
  const write = (name: string, text: string, isYours: boolean): FileChange => ({
    path: `${declared.folder}/${name}`,
    before: null,
    after: mark(name, text, { release: bundle.release, id: `declared/${name}`, isYours }),
  });
  if (!dropData) return { changes: [write(UNINSTALL_FILE, uninstall, false)], config };
  const left = extensionsOf(bundle).filter(({ name }) => !declaresExtension(declared, name));
  if (left.length > 0) {
    const text =
      "-- Extensions that the uninstall has left in the database: delete what nothing else of yours needs.\n" +
      left.map(({ statement }) => `${statement}\n`).join("");
    return { changes: [write(EXTENSIONS_FILE, text, true)], config };
  }
  const own = ownSchemaPath(readToml(config));
  if (own === null) return { changes: [], config };
  const paths = readSchemaPaths(readToml(config)).filter((path) => path !== own);
  return { changes: [], config: setSchemaPaths(config, paths) };
}

function declaresExtension({ sql }: Declared, name: string): boolean {
  return new RegExp(`create\\s+extension\\s+(?:if\\s+not\\s+exists\\s+)?"?${name}\\b`, "i").test(sql);
}

function extensionsOf(bundle: Bundle): { name: string; statement: string }[] {
  const sql = bundle.declared.map((file) => file.sql).join("");
  return [...sql.matchAll(/^create extension if not exists (\w+)[^;]*;/gm)]
    .map(([statement, name = ""]) => ({ name, statement }));
}
