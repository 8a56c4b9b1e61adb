/** What clients take for granted of the Data API's filters; also passes against a stack that runs elsewhere. */
import assert from "node:assert/strict";
import { Constants } from "../../../src/database_types.ts";
import { usePlatform } from "../../support/platform.ts";
import { createTenant } from "../../support/tenant.ts";

/** Texts that a careless reader takes for something else than a text. */
const KEYS = [
  "unknown",
  "null",
  "NULL",
  "not_null",
  "true",
  "false",
  "TRUE",
  "1e3",
  "1000",
  "12.50",
  "007",
  "0x1F",
]
  .concat([
    "9007199254740993",
    "NaN",
    "Infinity",
    "bad",
    "cafe",
    "a b",
    "[1]",
    "æ",
    "is.null",
    "eq.x",
    "a\\b",
    "1,2",
  ]);
const STATES = Constants.public.Enums.sync_entry_state;
/** Two are unknown, one is in each other state that is not the first. */
const IN_STATES = [...STATES.filter((state) => state !== "pending"), "unknown"];

async function setUp() {
  const platform = await usePlatform();
  const database = platform.connect();
  const tenant = await createTenant(database.sql, platform);
  const { integrationId } = tenant;
  await database.sql`
    insert into public.sync_export_entries (integration_id, entry_key, period, document_number, payload)
    select ${integrationId}, key, '2026-10', key, '{}' from unnest(${KEYS}::text[]) key`;
  const client = await tenant.signIn("viewer");
  const entries = () =>
    client.from("sync_export_entries").select("entry_key, entry_id").eq("integration_id", integrationId);
  const keys = async (query: ReturnType<typeof entries>) => {
    const { data, error } = await query.order("entry_id");
    assert.equal(error, null);
    return data?.map(({ entry_key }) => entry_key);
  };
  return { database, client, integrationId, entries, keys };
}

Deno.test("a filter of the Data API takes its value for a text when the column is one", async () => {
  const { database, entries, keys } = await setUp();
  await using _ = database;
  for (const key of KEYS) {
    assert.deepEqual(await keys(entries().eq("entry_key", key)), [key], `eq.${key}`);
    assert.deepEqual(await keys(entries().in("entry_key", [key, "none"])), [key], `in.(${key})`);
    assert.deepEqual(await keys(entries().neq("entry_key", key)), KEYS.filter((other) => other !== key));
    assert.deepEqual(
      await keys(entries().gte("entry_key", key).lte("document_number", key)),
      [key],
      `gte.${key}`,
    );
    if (/[,\\]/.test(key)) continue;
    assert.deepEqual(await keys(entries().or(`entry_key.eq.${key},entry_key.eq.none`)), [key], `or ${key}`);
    const tree = `entry_key.eq.none,and(entry_key.in.(${key},x),document_number.eq."${key}")`;
    assert.deepEqual(await keys(entries().or(tree)), [key], tree);
  }
});

Deno.test("a filter of the Data API finds the rows of every state, and counts them", async () => {
  const { database, client, integrationId } = await setUp();
  await using _ = database;
  await database.sql`
    update public.sync_export_entries e set
      state = s.state::public.sync_entry_state,
      batch_id = case when s.state in ('sending', 'unknown') then gen_random_uuid() end,
      unknown_since = case s.state when 'unknown' then now() end,
      exported_at = case s.state when 'exported' then now() end
    from unnest(${IN_STATES}::text[]) with ordinality s (state, n)
    where e.integration_id = ${integrationId} and e.entry_key = (${KEYS}::text[])[s.n]`;
  for (const state of STATES) {
    const expected = state === "pending" ? KEYS.length - IN_STATES.length : state === "unknown" ? 2 : 1;
    const query = () =>
      client.from("sync_export_entries").select("entry_key", { count: "exact", head: true })
        .eq("integration_id", integrationId);
    assert.equal((await query().eq("state", state)).count, expected, state);
    assert.equal((await query().in("state", [state])).count, expected, state);
    assert.equal((await query().or(`state.eq.${state}`)).count, expected, state);
  }
});

Deno.test("a filter of the Data API takes booleans, numbers and instants by the column's type", async () => {
  const { database, client, entries, keys, integrationId } = await setUp();
  await using _ = database;
  const [one] = await database.sql<{ entry_id: string; created_at: string }[]>`
    select entry_id::text, created_at::text from public.sync_export_entries
    where integration_id = ${integrationId} and entry_key = '1e3'`;
  assert.ok(one);
  assert.deepEqual(await keys(entries().eq("entry_id", Number(one.entry_id))), ["1e3"]);
  assert.deepEqual((await keys(entries().gte("created_at", one.created_at)))?.length, KEYS.length);
  assert.deepEqual(await keys(entries().lt("created_at", one.created_at)), []);
  for (const enabled of [true, false]) {
    const query = client.from("sync_integrations").select("id").eq("id", integrationId).eq(
      "enabled",
      enabled,
    );
    assert.equal((await query).data?.length, enabled ? 1 : 0, String(enabled));
  }
});
