import { parse, patch } from "@decimalturn/toml-patch";
import { isDeepStrictEqual } from "node:util";
import { InstallError } from "./install_error.ts";

const NAME = "integration-sync";

type Table = Record<string, unknown>;

/** What has to be done to a config.toml. */
export interface ConfigChange {
  readonly config: string;
  /** Settings of the function that the host has set otherwise; `config` sets them as the bundle needs them. */
  readonly differing: readonly string[];
}

/**
 * Sets the function's block in a config.toml. Comments, order and everything else stay as they are: a new block goes to
 * the end.
 *
 * @param block As our own config.toml has it.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { addBlock } from "./config_block.ts";
 *
 * const block = "[functions.integration-sync]\nverify_jwt = false\n";
 * const { config } = addBlock('project_id = "mine" # keep\n', block);
 * assert.equal(config, `project_id = "mine" # keep\n\n${block}`);
 * assert.equal(addBlock(config, block).config, config);
 * ```
 */
export function addBlock(config: string, block: string): ConfigChange {
  const present = readToml(config);
  const wanted = table(table(readToml(block)["functions"])[NAME]);
  const functions = table(present["functions"]);
  const before = functions[NAME];
  if (before === undefined) {
    const expected = { ...present, functions: { ...functions, [NAME]: wanted } };
    const newline = config.includes("\r\n") ? "\r\n" : "\n";
    const gap = config.trim() === "" ? "" : config.endsWith("\n") ? newline : newline + newline;
    const appended = config + gap + block.replaceAll("\n", newline);
    // An inline table `functions = {...}` cannot go on further down: then the block goes into it.
    const isRead = isDeepStrictEqual(tryRead(appended), plain(expected));
    return { config: isRead ? appended : patch(config, expected), differing: [] };
  }
  const differing = Object.keys(wanted).filter((key) => table(before)[key] !== wanted[key]);
  if (differing.length === 0) return { config, differing };
  const set = { ...present, functions: { ...functions, [NAME]: { ...table(before), ...wanted } } };
  return { config: patch(config, set), differing };
}

/**
 * Takes the function's block out of a config.toml again.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { addBlock, removeBlock } from "./config_block.ts";
 *
 * const block = "[functions.integration-sync]\nverify_jwt = false\n";
 * const config = 'project_id = "mine" # keep\n';
 * assert.equal(removeBlock(addBlock(config, block).config, block), config);
 * ```
 */
export function removeBlock(config: string, block: string): string {
  const newline = config.includes("\r\n") ? "\r\n" : "\n";
  const ours = newline + block.replaceAll("\n", newline);
  if (config.includes(ours)) return config.replace(ours, () => "");
  const present = readToml(config);
  const functions = table(present["functions"]);
  if (functions[NAME] === undefined) return config;
  const { [NAME]: _ours, ...others } = functions;
  const { functions: _functions, ...rest } = present;
  return patch(config, Object.keys(others).length === 0 ? rest : { ...rest, functions: others });
}

/**
 * Sets `db.migrations.schema_paths` in a config.toml.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { setSchemaPaths } from "./config_block.ts";
 *
 * const config = '[db.migrations]\nschema_paths = ["./a.sql"] # keep\n';
 * assert.equal(
 *   setSchemaPaths(config, ["./a.sql", "./b.sql"]),
 *   '[db.migrations]\nschema_paths = ["./a.sql", "./b.sql"] # keep\n',
 * );
 * ```
 */
export function setSchemaPaths(config: string, paths: readonly string[]): string {
  const present = readToml(config);
  const db = table(present["db"]);
  const migrations = { ...table(db["migrations"]), schema_paths: [...paths] };
  return patch(config, { ...present, db: { ...db, migrations } });
}

/**
 * Parses a config.toml.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { readToml } from "./config_block.ts";
 *
 * assert.equal(readToml('project_id = "mine"')["project_id"], "mine");
 * ```
 */
export function readToml(config: string): Table {
  try {
    return parse(config) as Table;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new InstallError(`supabase/config.toml cannot be read; fix it first. ${why}`);
  }
}

function tryRead(config: string): Table | null {
  try {
    return plain(parse(config));
  } catch {
    return null;
  }
}

/** Without the prototypes and hidden fields by which the parser remembers formats. */
function plain(value: unknown): Table {
  return JSON.parse(JSON.stringify(value)) as Table;
}

function table(value: unknown): Table {
  return typeof value === "object" && value !== null ? value as Table : {};
}
