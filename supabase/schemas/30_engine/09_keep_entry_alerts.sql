-- Two alerts are about entries: entries_need_decision and run_failed. Whatever changes entries brings them up to date. Both are
-- written only under the lock of the integration or of its active run, so it does not matter that health is locked later.
create or replace function sync_scheduler.keep_entry_alerts() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  changed record;
begin
  if tg_op = 'DELETE' then
    perform sync_scheduler.refresh_decision_alert(o.integration_id)
    from (select distinct r.integration_id from old_rows r where r.undecided order by 1) o;
  -- Nearly no statement changes what waits for a person: two passes over the rows of a batch find that out.
  elsif exists (select from new_rows n where n.undecided) or exists (select from old_rows o where o.undecided) then
    for changed in
      select n.integration_id,
        count(*) filter (where n.undecided)::integer as added,
        coalesce((array_agg(n.entry_key order by n.entry_id) filter (where n.undecided))[:10], '{}') as entry_keys,
        coalesce(bool_or(n.conflict_at is distinct from o.conflict_at) filter (where n.undecided), false) as is_delivery
      from new_rows n join old_rows o on o.entry_id = n.entry_id
      where n.undecided <> o.undecided
      group by n.integration_id order by n.integration_id
    loop
      perform sync_scheduler.refresh_decision_alert(changed.integration_id, changed.added, changed.entry_keys, changed.is_delivery);
    end loop;
  end if;

  perform sync_scheduler.resolve_run_failure(o.integration_id)
  from (
    select distinct r.integration_id from old_rows r
    where r.state in ('pending', 'sending', 'unknown') or r.undecided order by 1) o;
  return null;
end;
$$;
revoke all on function sync_scheduler.keep_entry_alerts() from public, anon, authenticated, service_role;
comment on function sync_scheduler.keep_entry_alerts() is
  'Trigger of sync_export_entries: opens and resolves entries_need_decision as entries begin and cease to be undecided, and '
  'resolves run_failed when nothing that the failed run left is open.';

create trigger keep_entry_alerts after update on public.sync_export_entries
  referencing old table as old_rows new table as new_rows
  for each statement execute function sync_scheduler.keep_entry_alerts();
create trigger keep_entry_alerts_of_deleted after delete on public.sync_export_entries
  referencing old table as old_rows
  for each statement execute function sync_scheduler.keep_entry_alerts();
