create or replace function sync_scheduler.is_out_of_time() returns boolean
language plpgsql volatile set search_path = pg_catalog, pg_temp as $$
begin
  return clock_timestamp() > transaction_timestamp() + interval '5 seconds';
end;
$$;
revoke all on function sync_scheduler.is_out_of_time() from public, anon, authenticated, service_role;
comment on function sync_scheduler.is_out_of_time() is
  'Has this transaction taken 5 s? A tick then leaves the rest to the next one: what it has started becomes visible, and is '
  'posted, only when it commits, and a statement time-out would take back all of it. Shorter than the 8 s after which the Data API gives up a press that waits for '
  'one of its integrations.';
