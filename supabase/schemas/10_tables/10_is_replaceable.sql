create or replace function sync_scheduler.is_replaceable(entry public.sync_export_entries) returns boolean
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return entry.state in ('pending', 'withdrawn') or (entry.state = 'rejected' and (entry.not_sent or (
    entry.refused_at_first_send and entry.nothing_left and entry.decided_at is null
    and not exists (
      select from public.sync_export_entries o
      where o.batch_id = entry.batch_id and o.state in ('sending', 'unknown')))));
end;
$$;
revoke all on function sync_scheduler.is_replaceable(public.sync_export_entries)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.is_replaceable(public.sync_export_entries) is
  'May other content take the place of this entry''s content? It may while nothing of the entry stands at the external system and '
  'nothing can arrive there late: it waits or is withdrawn; or our own rules rejected it before its first send; or the external system refused '
  'it at the first send of its batch, holds nothing of it, nothing of that batch is open, and no person has decided.';
