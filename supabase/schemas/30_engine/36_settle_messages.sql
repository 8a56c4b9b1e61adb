create or replace function sync_scheduler.settle_messages(org_id uuid, results jsonb) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  update sync_scheduler.alert_messages m set
    attempts = m.attempts + 1,
    last_status = r.status,
    last_error = left(r.error, 200),
    delivered_at = case when r.outcome = 'delivered' then now() end,
    is_new = false
  from jsonb_to_recordset(results) as r (message_id uuid, outcome text, status integer, error text)
  where m.org_id = settle_messages.org_id and m.message_id = r.message_id and m.delivered_at is null;
end;
$$;
revoke all on function sync_scheduler.settle_messages(uuid, jsonb) from public, anon, authenticated, service_role;
comment on function sync_scheduler.settle_messages(uuid, jsonb) is
  'Writes down what became of messages. The caller holds the sender''s lock.';
