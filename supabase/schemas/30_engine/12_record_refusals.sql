create or replace function sync_scheduler.record_refusals(
  integration public.sync_integrations, delivered sync_scheduler.delivered_entry[]
) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  -- As many as settle_sync_entries takes in one call. A whole delivery may be unsound, and each key closes by itself.
  most constant integer := 10000;
  had_some boolean := exists (select from sync_scheduler.refused_entries r where r.integration_id = integration.id);
  refused bigint;
  kept bigint;
  named jsonb;
  said text;
begin
  select count(distinct case when length(d.entry_key) between 1 and 200 then d.entry_key else '' end) into refused
  from unnest(record_refusals.delivered) d where d.reason is not null;
  if refused = 0 and not had_some then
    return;
  end if;

  delete from sync_scheduler.refused_entries r
  using unnest(record_refusals.delivered) d
  where r.integration_id = integration.id and r.entry_key = d.entry_key and d.reason is null;
  if refused > 0 then
    select count(*) into kept from sync_scheduler.refused_entries r where r.integration_id = integration.id;
    insert into sync_scheduler.refused_entries as r (integration_id, entry_key, field, reason)
    select distinct on (n.name) integration.id, n.name, n.field, n.reason
    from (
      select c.number, c.field, c.reason, case when c.is_known or kept + c.place <= most then c.name else '' end as name
      from (
        select d.number, d.field, d.reason, k.name, o.entry_key is not null as is_known,
          count(*) filter (where o.entry_key is null) over (order by d.number) as place
        from unnest(record_refusals.delivered) d
        cross join lateral (select case when length(d.entry_key) between 1 and 200 then d.entry_key else '' end as name) k
        left join sync_scheduler.refused_entries o on o.integration_id = integration.id and o.entry_key = k.name
        where d.reason is not null) c) n
    order by n.name, n.number
    on conflict (integration_id, entry_key) do update set
      field = excluded.field, reason = excluded.reason;
  end if;

  select count(*), coalesce(jsonb_agg(jsonb_build_object('entry_key', nullif(o.entry_key, ''), 'field', o.field, 'reason', o.reason)
    order by o.place) filter (where o.place <= 50), '[]')
  into kept, named
  from (
    select r.entry_key, r.field, r.reason, row_number() over (order by r.refused_at desc, r.entry_key) as place
    from sync_scheduler.refused_entries r where r.integration_id = integration.id) o;
  if kept = 0 then
    perform sync_scheduler.resolve_alerts(integration.id, '{entries_refused}');
    return;
  end if;
  said := format('Delivered entries were refused and are not in the outbox: %s%s. The source has to deliver them again, corrected; '
    'an admin who acknowledges this alert closes it.', (
      select string_agg(format('%s (%s)', coalesce(i ->> 'entry_key', 'an item without a key'), i ->> 'field'), ', ' order by n)
      from jsonb_array_elements(named) with ordinality x (i, n) where n <= 3),
    case when kept > 3 then format(' and %s more', kept - 3) else '' end);
  if refused > 0 then
    perform sync_scheduler.raise_alert(integration, 'entries_refused', 'warning', null, said,
      jsonb_build_object('entries', kept, 'refused', named));
    -- Keys that are new since the last message. A host delivers in many calls: one message an hour is enough.
    update public.sync_alerts a set news_at = clock_timestamp()
    where a.integration_id = integration.id and a.kind = 'entries_refused' and a.resolved_at is null
      and a.news_at < clock_timestamp() - interval '1 hour'
      and exists (
        select from sync_scheduler.refused_entries r where r.integration_id = integration.id and r.refused_at > a.news_at);
  else
    -- Some were taken: the alert goes on, about the others.
    update public.sync_alerts a set message = said, details = jsonb_build_object('entries', kept, 'refused', named)
    where a.integration_id = integration.id and a.kind = 'entries_refused' and a.resolved_at is null;
  end if;
end;
$$;
revoke all on function sync_scheduler.record_refusals(public.sync_integrations, sync_scheduler.delivered_entry[])
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.record_refusals(public.sync_integrations, sync_scheduler.delivered_entry[]) is
  'Remembers which keys a delivery refused and forgets those that it took. Raises the alert entries_refused with up to 50 of them, '
  'the newest first, with a message about new ones at most once an hour; or resolves it when none is left. The caller holds the integration''s lock.';
