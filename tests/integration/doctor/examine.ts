/** What the doctor's tests share: what it finds in a database, and the state to which they bring it back. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import type { Sql } from "postgres";
import { CHECKS, diagnose, type Diagnosis } from "../../../cli/doctor/diagnose.ts";
import { readSchemas, type Schemas } from "../../../cli/doctor/schemas.ts";
import { until } from "../../../local/wait.ts";

/** What the bundle brings. */
export const schemas: Schemas = await readSchemas(
  fileURLToPath(new URL("../../../supabase/schemas", import.meta.url)),
);

/** What the doctor finds of one check, or of all. */
export async function examine(
  sql: Sql,
  check?: string,
  suggestedUrl = "http://unused.example/",
): Promise<Diagnosis[]> {
  const checks = check === undefined ? CHECKS : CHECKS.filter(({ name }) => name === check);
  assert.ok(checks.length > 0, `no check ${check}`);
  return await Array.fromAsync(diagnose(sql, { schemas, checks, suggestedUrl, timeoutMs: 15_000 }));
}

/** What is wrong. */
export function bad(found: readonly Diagnosis[]): Diagnosis[] {
  return found.filter(({ status }) => status !== "PASS");
}

/** A tick that met what a test held or had dropped says so until the next one. */
export async function untilTicking(sql: Sql): Promise<void> {
  await until("the last tick did everything", async () => {
    await sql`select sync_scheduler.tick()`;
    return bad(await examine(sql, "ticking")).length === 0;
  });
}

/** Gives the settings back at the end of the block, whatever became of their row. */
export async function keepSettings(sql: Sql): Promise<AsyncDisposable> {
  const [kept] = await sql<
    { row: string }[]
  >`select to_jsonb(s)::text as row from sync_scheduler.settings s`;
  return {
    async [Symbol.asyncDispose]() {
      const [found] = await sql`select to_regclass('sync_scheduler.settings') as settings`;
      if (found?.settings === null) return;
      await sql.begin(async (tx) => {
        await tx`delete from sync_scheduler.settings where true`;
        await tx`insert into sync_scheduler.settings
          select * from jsonb_populate_record(null::sync_scheduler.settings, ${
          kept?.row ?? ""
        }::text::jsonb)`;
      });
    },
  };
}
