import postgres, { type Sql } from "postgres";
import { type Check, type Examination, fail, type Finding, pass, warn } from "./check.ts";
import { edgeFunction } from "./checks/edge_function.ts";
import { extensions } from "./checks/extensions.ts";
import { grants } from "./checks/grants.ts";
import { installed } from "./checks/installed.ts";
import { jobs } from "./checks/jobs.ts";
import { hasOwnMembership, membership } from "./checks/membership.ts";
import { orphans } from "./checks/orphans.ts";
import { pgNet } from "./checks/pg_net.ts";
import { realtime } from "./checks/realtime.ts";
import { retention } from "./checks/retention.ts";
import { rowSecurity } from "./checks/row_security.ts";
import { ticking } from "./checks/ticking.ts";
import { vault } from "./checks/vault.ts";
import { type Schemas, withoutMembership } from "./schemas.ts";

/** Every check, in an order in which the fix of one lets the next succeed. */
export const CHECKS: readonly Check[] = [
  installed,
  membership,
  extensions,
  rowSecurity,
  grants,
  realtime,
  vault,
  jobs,
  ticking,
  pgNet,
  edgeFunction,
  retention,
  orphans,
];

/** A finding, and which check it is of. */
export interface Diagnosis extends Finding {
  readonly check: string;
}

/** What {@linkcode diagnose} goes by. */
export interface DiagnoseOptions {
  readonly schemas: Schemas;
  /** The checks to make; all of them by default. */
  readonly checks?: readonly Check[];
  /** Send the function a warm-up; true by default. */
  readonly mayAsk?: boolean;
  /** How long an answer is waited for; 20 s by default. */
  readonly timeoutMs?: number;
  /** The function's address, put into the SQL that sets it. */
  readonly suggestedUrl?: string;
}

/**
 * Looks at a database and says what it found, at least one finding a check. Without the bundle nothing else is looked
 * at. A check that breaks takes no other along.
 *
 * @example
 * ```ts ignore
 * import postgres from "postgres";
 * import { diagnose } from "./diagnose.ts";
 * import { readSchemas } from "./schemas.ts";
 *
 * const schemas = await readSchemas("supabase/schemas");
 * for await (const { check, status, message } of diagnose(postgres("postgresql://..."), { schemas })) {
 *   console.log(status, check, message);
 * }
 * ```
 */
export async function* diagnose(sql: Sql, options: DiagnoseOptions): AsyncGenerator<Diagnosis> {
  const { schemas, checks = CHECKS, mayAsk = true, timeoutMs = 20_000 } = options;
  const { suggestedUrl = FUNCTION_URL } = options;
  const looking = look(sql);
  const expected = await looking(hasOwnMembership) ? schemas : withoutMembership(schemas);
  const examination: Examination = {
    sql,
    schemas: expected,
    mayAsk,
    timeoutMs,
    suggestedUrl,
    look: looking,
  };
  for (const check of checks) {
    const found = await examine(check, examination);
    yield* found.map((finding) => ({ check: check.name, ...finding }));
    if (check === installed && found.some(({ message }) => message.includes("not in this database"))) return;
  }
}

const FUNCTION_URL = "https://<project ref>.supabase.co/functions/v1/integration-sync";

async function examine(check: Check, examination: Examination): Promise<readonly Finding[]> {
  try {
    const found = await check.examine(examination);
    return found.length > 0 ? found : [pass(check.healthy)];
  } catch (error) {
    if (!(error instanceof postgres.PostgresError)) throw error;
    if (error.code === "42501") {
      return [warn(`This user may not look: ${error.message}. Use the user postgres.`)];
    }
    // Another session holds a lock that this check needs. That passes.
    if (/^(55P03|57014|40P01)$/.test(error.code)) {
      return [warn(`The database is busy: ${error.message}. Ask again.`)];
    }
    const gone = /^(42P01|42883|42703|3F000|42704)$/.test(error.code);
    return [fail(`${gone ? "Something is missing" : "This check broke off"}: ${error.message}.`)];
  }
}

/** A transaction that leaves nothing behind and holds no lock for long. */
function look(sql: Sql): Examination["look"] {
  return async <T>(work: (tx: postgres.TransactionSql) => Promise<T>): Promise<T> => {
    const done = Symbol();
    let result: { value: T } | undefined;
    try {
      await sql.begin(async (tx) => {
        await tx`select set_config('search_path', '', true), set_config('lock_timeout', '3s', true),
          set_config('statement_timeout', '60s', true)`;
        result = { value: await work(tx) };
        throw done;
      });
    } catch (error) {
      if (error !== done || result === undefined) throw error;
    }
    if (result === undefined) throw new Error("the transaction ended without a result");
    return result.value;
  };
}
