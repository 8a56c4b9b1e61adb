create or replace function sync_scheduler.decision_message(waiting integer, most integer) returns text
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  return case when waiting = 1 then '1 entry needs' when waiting > most then format('More than %s entries need', most)
      else format('%s entries need', waiting) end
    || ' a decision: rejected, contradicted by the source, or of unknown outcome. An admin decides in the outbox, or with '
    || 'settle_sync_entries.';
end;
$$;
revoke all on function sync_scheduler.decision_message(integer, integer) from public, anon, authenticated, service_role;
comment on function sync_scheduler.decision_message(integer, integer) is
  'The message of the alert entries_need_decision, in a coordinator''s words. waiting: how many entries, counted up to most.';
