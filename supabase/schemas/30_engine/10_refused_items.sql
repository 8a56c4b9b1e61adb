create or replace function sync_scheduler.refused_items(delivered sync_scheduler.delivered_entry[]) returns jsonb
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
declare
  refused jsonb;
begin
  select jsonb_agg(
    case when length(d.entry_key) between 1 and 200
      then jsonb_build_object('entry_key', d.entry_key, 'field', d.field, 'reason', d.reason)
      -- An item without a usable key is named by its place in the list.
      else jsonb_build_object('entry_key', left(d.entry_key, 100), 'index', d.number - 1, 'field', d.field, 'reason', d.reason)
    end order by d.number)
  into refused from unnest(refused_items.delivered) d where d.reason is not null;
  return coalesce(refused, '[]');
end;
$$;
revoke all on function sync_scheduler.refused_items(sync_scheduler.delivered_entry[])
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.refused_items(sync_scheduler.delivered_entry[]) is
  'What a delivery refuses: a list of {entry_key, field, reason}, in its order. An item without a usable key has its index in '
  'the list, from 0, and at most 100 characters of what it gave as key.';
