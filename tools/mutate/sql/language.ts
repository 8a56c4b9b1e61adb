import { join } from "node:path";
import { readSchemaFiles } from "../../../cli/bundle/schema_files.ts";
import type { Language } from "../mutant.ts";
import { openSqlRunner } from "./runner.ts";
import { makeSqlMutants, readStatements } from "./make_mutants.ts";

/** `supabase/schemas`. */
export const sql: Language = {
  name: "sql",
  makeMutants: async (root, isWanted) =>
    makeSqlMutants(readStatements(await readSchemaFiles(join(root, "supabase", "schemas"))), isWanted),
  openRunner: openSqlRunner,
};
