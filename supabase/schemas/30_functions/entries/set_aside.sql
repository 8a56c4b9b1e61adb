-- What a person reads about the batches that the run has set aside. Null when none or others are open.
create or replace function sync_scheduler.set_aside_message(
  run public.sync_run_log, is_all_else_done boolean default true
) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  entries integer;
  batches integer;
  open_entries integer;
  batch uuid;
begin
  select count(*), count(distinct e.batch_id),
    count(*) filter (where e.set_aside_run_id is distinct from run.run_id),
    (array_agg(e.batch_id order by e.entry_id))[1]
  into entries, batches, open_entries, batch
  from public.sync_export_entries e
  where e.integration_id = run.integration_id and e.state in ('sending', 'unknown');
  if entries = 0 or open_entries > 0 then
    return null;
  end if;
  return format('Whether %s %s arrived is not known, and to repeat %s has not settled it%s. Look in the '
    'external system which of them it has, then settle them: settle_sync_entries, batch_id %s%s.',
    entries, case when entries = 1 then 'entry has' else 'entries have' end,
    case when batches = 1 then 'their batch' else format('their %s batches', batches) end,
    case when is_all_else_done then '; everything else is done' else '' end,
    batch, case when batches > 1 then ' and others' else '' end);
end;
$$;
