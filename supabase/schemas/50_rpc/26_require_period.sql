create or replace function sync_scheduler.require_period(since timestamptz, until timestamptz) returns void
language plpgsql stable set search_path = pg_catalog, pg_temp as $$
declare
  wrong text := case
    when since is null or until is null then 'from and to are needed'
    when not isfinite(since) or not isfinite(until) then 'from and to must be finite'
    -- Near its ends the calendar of Postgres has no next day, and no difference that fits.
    when least(since, until) < '1900-01-01Z' or greatest(since, until) > now() + interval '100 years'
      then 'from and to must be between 1900 and 100 years from now'
    when since >= until then 'from must be before to'
    when until - since > interval '366 days' then 'longer than 366 days' end;
begin
  if wrong is not null then
    perform sync_scheduler.raise_error('invalid_period', jsonb_build_object('reason', wrong));
  end if;
end;
$$;
revoke all on function sync_scheduler.require_period(timestamptz, timestamptz)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.require_period(timestamptz, timestamptz) is
  'Refuses a period that is incomplete, infinite, of another century, empty or longer than 366 days (PT422 invalid_period, details: reason).';
