create or replace function sync_scheduler.is_own_wait(error_code text) returns boolean
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  return coalesce(error_code in ('xledger_not_visible', 'xledger_busy', 'business_central_not_visible'), false);
end;
$$;
revoke all on function sync_scheduler.is_own_wait(text) from public, anon, authenticated, service_role;
comment on function sync_scheduler.is_own_wait(text) is
  'Did the connector choose the wait that comes with this failure: before it looks again, or at a limit of a few seconds? Then no '
  'quota is used up, and the wait is part of the run''s own time.';
