/// <reference lib="dom" />
/** The console's outbox: how many entries wait, and those about which a person must decide. */
import assert from "node:assert/strict";
import { openConsole, untilText } from "../../support/browser/console.ts";
import { usePlatform } from "../../support/platform.ts";
import { createTenant } from "../../support/tenant.ts";

Deno.test("the outbox counts entries of unknown outcome, and a batch that was set aside is decided as one", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const { sql } = database;
  const tenant = await createTenant(sql, platform, { entries: 6 });
  // Two of a batch that an earlier run has set aside, one of another batch; three still wait.
  await sql`
    update public.sync_export_entries set state = 'unknown', unknown_since = now(), sent_at = now(),
      batch_id = case when document_number = 'B-3' then ${crypto.randomUUID()} else ${tenant.orgId} end::uuid,
      set_aside_run_id = case when document_number <> 'B-3' then ${crypto.randomUUID()}::uuid end
    where integration_id = ${tenant.integrationId} and document_number in ('B-1', 'B-2', 'B-3')`;
  await using view = await openConsole(platform);
  await view.signIn(tenant.emails.admin);
  const outbox = view.page.locator("section[aria-labelledby=outbox]");
  await untilText(outbox.locator("header"), "3 entries waiting, 3 of unknown outcome");
  const item = (number: string) => outbox.locator(".entries > li", { hasText: number });
  await item("B-2").waitFor();
  assert.equal(await item("B-3").count(), 0, "the next run settles it by itself");
  await item("B-1").locator("summary").click();
  await untilText(item("B-1"), /Outcome not known.*Look it up in the external system first/s);
  await item("B-1").getByLabel("Reason").fill("Both are in the books");
  await item("B-1").getByRole("button", { name: "It is there" }).click();
  await item("B-2").waitFor({ state: "detached" });
  await untilText(outbox.locator("header"), "3 entries waiting, 1 of unknown outcome");
  const states = await sql`select document_number, state::text from public.sync_export_entries
    where integration_id = ${tenant.integrationId} and document_number in ('B-1', 'B-2', 'B-3') order by 1`;
  assert.deepEqual(states.map(({ state }) => state), ["exported", "exported", "unknown"]);
});

Deno.test("an admin is not asked to decide about an entry while a worker sends it", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const { sql } = database;
  const tenant = await createTenant(sql, platform, { entries: 2 });
  await sql`
    update public.sync_export_entries set state = 'sending', unknown_since = now(), sent_at = now(),
      batch_id = ${crypto.randomUUID()}, set_aside_run_id = ${crypto.randomUUID()}
    where integration_id = ${tenant.integrationId} and document_number = 'B-1'`;
  // In conflict, in a state that leaves nothing to decide.
  await sql`
    update public.sync_export_entries set conflict_at = now(), conflict_payload_hash = '', conflict_content = '{}'
    where integration_id = ${tenant.integrationId} and document_number = 'B-2'`;
  await using view = await openConsole(platform);
  await view.signIn(tenant.emails.admin);
  const entries = view.page.locator("section[aria-labelledby=outbox] .entries > li");
  const item = entries.filter({ hasText: "B-1" });
  await item.locator("summary").click();
  await untilText(item, /Being sent.*Decide when the outcome of this send is known/s);
  const other = entries.filter({ hasText: "B-2" });
  await other.locator("summary").click();
  await untilText(other, /The source now says something else/);
  assert.doesNotMatch(await other.innerText(), /outcome of this send/, "no worker sends it");
  assert.equal(await item.getByRole("button").count(), 0, "each decision would be refused");
});

Deno.test("an admin withdraws entries by their keys, and reads which have left already", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const { sql } = database;
  const tenant = await createTenant(sql, platform, { entries: 3 });
  await sql`
    update public.sync_export_entries set state = 'exported', exported_at = now()
    where integration_id = ${tenant.integrationId} and entry_key = 'entry-3'`;
  await using view = await openConsole(platform);
  await view.signIn(tenant.emails.admin);
  const outbox = view.page.locator("section[aria-labelledby=outbox]");
  await untilText(outbox.locator("header"), "2 entries waiting");
  await outbox.getByText("Withdraw entries …").click();
  await outbox.getByLabel("Keys, one a line").fill("entry-1\n entry-3 \n\nentry-9");
  await outbox.getByLabel("Reason").fill("Delivered twice");
  await outbox.getByRole("button", { name: "Withdraw" }).click();
  await untilText(
    outbox.locator(".by-keys"),
    /1 entry withdrawn\. These were not:.*entry-3.*exported.*entry-9/s,
  );
  await untilText(outbox.locator("header"), "1 entry waiting");
  const states = await sql`select state::text from public.sync_export_entries
    where integration_id = ${tenant.integrationId} order by entry_key`;
  assert.deepEqual(states.map(({ state }) => state), ["withdrawn", "pending", "exported"]);
});

Deno.test("a run of more entries than are counted has a lower bound, and no share that is done", async () => {
  const platform = await usePlatform();
  await using database = platform.connect();
  const { sql } = database;
  const tenant = await createTenant(sql, platform, { entries: 1 });
  await sql`
    insert into public.sync_run_log (org_id, integration_id, integration_type, status, triggered_by, started_at, deadline_at,
      entries_total, entries_done)
    values (${tenant.orgId}, ${tenant.integrationId}, 'webhook', 'running', 'api', now(), now() + interval '1 hour', 10001, 400)`;
  await using view = await openConsole(platform);
  await view.signIn(tenant.emails.admin);
  const { page } = view;
  await untilText(page.locator("section[aria-labelledby=history]"), "400 / 10,000+");
  await untilText(page.locator("section[aria-labelledby=outbox]"), "more than 9,600 entries to go");
  await untilText(page.locator(".integration"), /^Syncing$/);
  await untilText(view.banner, "400 of 10,000+ entries");
});
