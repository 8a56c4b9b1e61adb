create or replace function sync_scheduler.next_manual_press(
  integration public.sync_integrations, out press_at timestamptz, out limited_by text
)
language plpgsql stable set search_path = pg_catalog, pg_temp
-- With a high limit a plan that sorts seems cheap, and reads all that was ever pressed.
set enable_sort = off set enable_incremental_sort = off set enable_bitmapscan = off as $$
declare
  presses integer;
  least_cooldown interval;
  newest timestamptz;
  other_id uuid;
  pressed_at timestamptz;
  recent timestamptz[] := '{}'::timestamptz[];
  hour_over_at timestamptz;
begin
  select s.presses_per_hour, s.least_cooldown into presses, least_cooldown from sync_scheduler.settings s;
  for other_id in select i.id from public.sync_integrations i where i.org_id = integration.org_id loop
    -- A loop, because it stops at the first run that is too old: as a condition of the statement that would not end its scan.
    for pressed_at in
      select r.triggered_at from public.sync_run_log r
      -- As a range, in the order of one index: of plain conditions the index of the organisation's runs would seem as good to
      -- who plans for an empty log, and be read row by row in a long one.
      where (r.integration_id, r.org_id, r.triggered_by) between (other_id, integration.org_id, 'manual'::public.sync_run_trigger)
        and (other_id, integration.org_id, 'manual'::public.sync_run_trigger)
      order by r.integration_id, r.org_id, r.triggered_by, r.triggered_at desc limit presses
    loop
      if other_id = integration.id and newest is null then
        newest := pressed_at;
      end if;
      exit when pressed_at <= now() - interval '1 hour';
      recent := recent || pressed_at;
    end loop;
  end loop;

  -- Of instants: an interval of months may be less than the days that it is compared as.
  press_at := greatest(newest + integration.manual_cooldown, newest + least_cooldown);
  limited_by := case when press_at is not null then 'cooldown' end;
  if cardinality(recent) >= presses then
    hour_over_at := (select r.at + interval '1 hour' from unnest(recent) r (at) order by r.at desc offset presses - 1 limit 1);
    if hour_over_at > press_at or press_at is null then
      press_at := hour_over_at;
      limited_by := 'presses_per_hour';
    end if;
  end if;
end;
$$;
revoke all on function sync_scheduler.next_manual_press(public.sync_integrations)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.next_manual_press(public.sync_integrations) is
  'From when on the limits let a person press, and which of them says so: cooldown (manual_cooldown, at least '
  'settings.least_cooldown, after the newest manual run of the integration) or presses_per_hour (so many manual runs of the '
  'organisation within an hour). What became of the runs does not matter. May be in the past; null: there was no press. Reads '
  'at most presses_per_hour runs of each integration.';
