/**
 * `deno task doctor`: looks at the database of `SUPABASE_DB_URL` and says what is wrong, with the SQL that mends it.
 *
 * @module
 */
import { join } from "node:path";
import { readSwitches } from "../local/command_line.ts";
import { connectTo, NoConnection } from "./doctor/connection.ts";
import { diagnose } from "./doctor/diagnose.ts";
import { formatFinding, summarise } from "./doctor/report.ts";
import { readSchemas } from "./doctor/schemas.ts";
import { suggestFunctionUrl } from "./doctor/suggest_function_url.ts";
import { root } from "./run_deno.ts";

const USAGE = `Usage: deno task doctor [--json] [--read-only]

  --json       print the findings as JSON: [{ check, status, message, sql }]
  --read-only  do not ask the function: send it no warm-up (which leaves nothing behind)

Looks at the database of SUPABASE_DB_URL, as the user postgres, and prints PASS, WARN or FAIL for each check, with the SQL that
mends it. Whatever else it tries is rolled back. Nothing is mended by itself.

Exit code: 0 nothing is wrong, 1 a check failed, 2 no connection, or called wrongly.`;

async function main(): Promise<number> {
  const switches = readSwitches(USAGE, ["json", "read-only"]);
  const url = Deno.env.get("SUPABASE_DB_URL") ?? "";
  if (url === "") {
    console.error(
      "SUPABASE_DB_URL is not set. It is the connection string of the project's database (dashboard, Connect; for the\n" +
        `platform of \`deno task dev\`: DB_URL in .local/env).\n\n${USAGE}`,
    );
    return 2;
  }
  const schemas = await readSchemas(join(root, "supabase", "schemas"));
  const sql = await connectTo(url);
  try {
    const found = [];
    const suggestedUrl = suggestFunctionUrl(url, Deno.env.get("SUPABASE_URL"));
    for await (
      const finding of diagnose(sql, { schemas, suggestedUrl, mayAsk: !switches.has("read-only") })
    ) {
      found.push(finding);
      // One by one: some take seconds.
      if (!switches.has("json")) console.log(formatFinding(finding));
    }
    console.log(switches.has("json") ? JSON.stringify(found, null, 2) : `\n${summarise(found)}`);
    return found.some(({ status }) => status === "FAIL") ? 1 : 0;
  } finally {
    await sql.end({ timeout: 5 });
  }
}

if (import.meta.main) {
  try {
    Deno.exitCode = await main();
  } catch (error) {
    if (!(error instanceof NoConnection)) throw error;
    console.error(error.message);
    Deno.exitCode = 2;
  }
}
