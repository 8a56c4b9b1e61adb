import { join } from "node:path";
import process from "node:process";
import { CliError, EXIT } from "../errors.ts";
import { root } from "../root.ts";
import { connectTo } from "./connection.ts";
import { diagnose } from "./diagnose.ts";
import { formatFinding, summarise } from "./report.ts";
import { readSchemas } from "./schemas.ts";
import { suggestFunctionUrl } from "./suggest_function_url.ts";

/** What was given to `doctor`. */
export interface DoctorCommand {
  readonly json?: boolean | undefined;
  readonly readOnly?: boolean | undefined;
}

/** Looks at the database of `SUPABASE_DB_URL` and prints what is wrong, with the SQL that repairs it. */
export async function runDoctor({ json = false, readOnly = false }: DoctorCommand): Promise<void> {
  const url = process.env["SUPABASE_DB_URL"] ?? "";
  if (url === "") {
    throw new CliError(
      "SUPABASE_DB_URL is not set. It is the connection string of the project's database (dashboard, Connect; for the\n" +
        "platform of `deno task dev`: DB_URL in .local/env).",
      EXIT.usage,
    );
  }
  const schemas = await readSchemas(join(root, "supabase", "schemas"));
  const sql = await connectTo(url);
  try {
    const found = [];
    const [server] = await sql<{ address: string | null }[]>`select host(inet_server_addr()) as address`;
    const suggestedUrl = suggestFunctionUrl({
      databaseUrl: url,
      serverAddress: server?.address ?? null,
      apiUrl: process.env["SUPABASE_URL"],
    });
    for await (const finding of diagnose(sql, { schemas, suggestedUrl, mayAsk: !readOnly })) {
      found.push(finding);
      // One by one: some take seconds.
      if (!json) console.log(formatFinding(finding));
    }
    console.log(json ? JSON.stringify(found, null, 2) : `\n${summarise(found)}`);
    if (found.some(({ status }) => status === "FAIL")) throw new CliError("", EXIT.failed);
  } finally {
    await sql.end({ timeout: 5 });
  }
}
