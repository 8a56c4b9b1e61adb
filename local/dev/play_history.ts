import postgres from "postgres";

/** Gives the seeded organisation a past to look at. Once: a database that has runs already keeps what it has. */
export async function playHistory(adminUrl: string): Promise<void> {
  const script = await Deno.readTextFile(new URL("./history.sql", import.meta.url));
  const sql = postgres(adminUrl, { max: 1, onnotice: () => {} });
  try {
    const [log] = await sql<{ is_empty: boolean }[]>`
      select not exists (select from public.sync_run_log) as is_empty`;
    if (log?.is_empty === true) await sql.unsafe(script);
  } finally {
    await sql.end();
  }
}
