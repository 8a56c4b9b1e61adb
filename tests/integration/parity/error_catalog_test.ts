import assert from "node:assert/strict";
import { SYNC_ERRORS } from "../../../src/rpc-logic/mod.ts";
import { usePlatform } from "../../support/platform.ts";

Deno.test("the error list in SQL and the one in TypeScript are the same", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const rows = await database.sql`
    select message, code, description from sync_scheduler.error_catalog() order by message`;
  const inSql = rows.map(({ message, code, description }) => ({ message, code, description }));
  const inTypeScript = Object.entries(SYNC_ERRORS)
    .map(([message, { code, description }]) => ({ message, code, description }))
    .sort((a, b) => a.message < b.message ? -1 : 1);
  assert.deepEqual(inSql.sort((a, b) => a.message < b.message ? -1 : 1), inTypeScript);
});
