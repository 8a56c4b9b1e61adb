/**
 * A release after 0.1.0, made in a copy of the checkout: a column, a policy, a schedule and a table by hand, and functions
 * that have changed.
 *
 * @module
 */
import type { CheckoutCopy } from "../../support/hosts/checkout.ts";

const SCHEMAS = "supabase/schemas/";

const HEAD = `
-- for table sync_scheduler.settings
alter table sync_scheduler.settings add column greeting text not null default 'hei' check (length(greeting) < 10);
-- for policy "signed-in users read the integration types" on public.sync_integration_types
drop policy "signed-in users read the integration types" on public.sync_integration_types;
create policy "signed-in users read the integration types" on public.sync_integration_types
  for select to authenticated using (code <> '');
-- for cron.schedule sync-scheduler-purge
select cron.schedule('sync-scheduler-purge', '*/10 * * * *', 'select sync_scheduler.purge()');
`;

const NOTES = `create table sync_scheduler.notes (note_id uuid primary key default gen_random_uuid());
revoke all on sync_scheduler.notes from public, anon, authenticated, service_role;
comment on table sync_scheduler.notes is 'New in this release.';
`;

/** Its revoke is the composer's: the baseline has one for all private functions. */
const GREET = `-- New in this release.
create or replace function sync_scheduler.greet(words text) returns text
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  return words;
end;
$$;
`;

/** Changes the schemas of a copy in which 0.1.0 is released, writes the change's head, and releases it. */
export async function releaseNext(copy: CheckoutCopy, release: string): Promise<void> {
  const replace = async (path: string, from: string, to: string) => {
    const text = await copy.read(path);
    if (!text.includes(from)) throw new Error(`${path} has no ${from}`);
    await copy.write(path, text.replace(from, () => to));
  };
  const path = await copy.openChange("greet");
  await copy.write(path, HEAD);
  await replace(
    `${SCHEMAS}00_setup/settings.sql`,
    "  check (lease_duration >=",
    "  greeting text not null default 'hei' check (length(greeting) < 10),\n  check (lease_duration >=",
  );
  await copy.write(`${SCHEMAS}10_tables/notes.sql`, NOTES);
  await copy.write(`${SCHEMAS}order.txt`, `${await copy.read(`${SCHEMAS}order.txt`)}10_tables/notes.sql\n`);
  await copy.write(`${SCHEMAS}30_functions/tick/greet.sql`, GREET);
  await replace(
    `${SCHEMAS}40_access_rules/policies.sql`,
    "on public.sync_integration_types\n  for select to authenticated using ((select sync_scheduler.caller_id()) is not null)",
    "on public.sync_integration_types\n  for select to authenticated using (code <> '')",
  );
  await replace(`${SCHEMAS}90_install/jobs.sql`, "purge', '30 seconds'", "purge', '*/10 * * * *'");
  // Functions of an RPC that people may call, of the engine, and of membership.
  for (
    const file of [
      "30_functions/reports/overview",
      "30_functions/tick/tick",
      "20_membership/roles",
    ]
  ) {
    await replace(`${SCHEMAS}${file}.sql`, "\nbegin\n", `\nbegin\n  -- As of ${release}.\n`);
  }
  await copy.release(release);
}
