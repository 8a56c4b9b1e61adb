import { join } from "node:path";
import {
  type ExportedFields,
  exportedFields,
} from "../../supabase/functions/integration-sync/vouchers/exported_fields.ts";

const FILE = "30_functions/entries/exported_fields.sql";

/**
 * The SQL function that answers the list of `supabase/functions/integration-sync/vouchers/exported_fields.ts`, so that
 * the list is written once.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { exportedFieldsSql } from "./exported_fields.ts";
 *
 * assert.match(exportedFieldsSql(), /"xledger": \{/);
 * ```
 */
export function exportedFieldsSql(): string {
  const types = Object.entries<ExportedFields>(exportedFields).map(([type, parts]) => {
    const lists = Object.entries({ ...parts }).map(([part, names]: [string, readonly string[]]) => {
      const quoted = names.map((name) => JSON.stringify(name)).join(", ");
      return `      "${part}": [${quoted}]`;
    });
    return `    "${type}": {\n${lists.join(",\n")}\n    }`;
  });
  const json = `{\n${types.join(",\n")}\n  }`;
  if (/['\\$]/.test(json)) throw new Error("exported_fields.ts holds a name that SQL would have to quote");
  return `-- By integration type, the fields of a voucher and of its lines that the connector exports. A type that is
-- missing passes on any payload.
-- Written by db:compose from supabase/functions/integration-sync/vouchers/exported_fields.ts. Edit that file.
create or replace function sync_scheduler.exported_fields() returns jsonb
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  return '${json}'::jsonb;
end;
$$;
`;
}

/**
 * Writes the file into `directory` (supabase/schemas) if it is another there. Answers whether it was.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { writeExportedFields } from "./exported_fields.ts";
 *
 * const schemas = await Deno.makeTempDir();
 * await Deno.mkdir(`${schemas}/30_functions/entries`, { recursive: true });
 * assert.equal(await writeExportedFields(schemas, { check: true }), true);
 * assert.equal(await writeExportedFields(schemas, { check: false }), true);
 * assert.equal(await writeExportedFields(schemas, { check: true }), false);
 * await Deno.remove(schemas, { recursive: true });
 * ```
 */
export async function writeExportedFields(
  directory: string,
  { check }: { readonly check: boolean },
): Promise<boolean> {
  const path = join(directory, FILE);
  const text = exportedFieldsSql();
  if (await Deno.readTextFile(path).catch(() => null) === text) return false;
  if (!check) await Deno.writeTextFile(path, text);
  return true;
}
