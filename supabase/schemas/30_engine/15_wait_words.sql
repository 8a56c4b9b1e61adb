create or replace function sync_scheduler.wait_words(
  integration public.sync_integrations, blames sync_scheduler.blames, until timestamptz
) returns text
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
begin
  return format(case when blames = 'quota' then 'The vendor''s quota is used up until %s (%s).'
      else 'The vendor asks us to come back at %s (%s).' end,
    -- To the nearest minute: the hint was on its way for a moment.
    to_char((until + interval '30 seconds') at time zone integration.time_zone,
      case when until < now() + interval '1 day' then 'HH24:MI' else 'YYYY-MM-DD HH24:MI' end),
    integration.time_zone);
end;
$$;
revoke all on function sync_scheduler.wait_words(public.sync_integrations, sync_scheduler.blames, timestamptz)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.wait_words(public.sync_integrations, sync_scheduler.blames, timestamptz) is
  'Until when the vendor asks us to wait, in a sentence for people, by the integration''s own clocks.';
