create or replace function sync_scheduler.note_traffic(integration_id uuid, claimed_at timestamptz) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
  perform sync_scheduler.set_health(note_traffic.integration_id, 'healthy');
  perform sync_scheduler.defer_check(note_traffic.integration_id);
  perform sync_scheduler.note_vendor_answer(note_traffic.integration_id, note_traffic.claimed_at);
end;
$$;
revoke all on function sync_scheduler.note_traffic(uuid, timestamptz) from public, anon, authenticated, service_role;
comment on function sync_scheduler.note_traffic(uuid, timestamptz) is
  'A run of the integration has settled entries in an attempt that was claimed at that instant: it is healthy, need not be asked '
  'for a while, and its vendor is there. In the usual case a few looks by key and no write.';
