create or replace function sync_scheduler.record_answer(integration_id uuid) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  failure record;
begin
  select a.details ->> 'blames' as blames, a.details ->> 'error_code' as error_code,
    a.details ->> 'error_message' as error_message
  into failure
  from public.sync_integration_health h
  join public.sync_alerts a on a.integration_id = h.integration_id and a.kind = 'run_failed' and a.resolved_at is null
  where h.integration_id = record_answer.integration_id and h.run_failed_at is not null;
  if not found then
    perform sync_scheduler.set_health(record_answer.integration_id, 'healthy');
  else
    perform sync_scheduler.set_health(record_answer.integration_id,
      case failure.blames when 'configuration' then 'needs_attention' else 'degraded' end::public.sync_health_status,
      failure.error_code, failure.error_message, has_answered => true);
  end if;
  -- What checks have found is over.
  perform sync_scheduler.resolve_alerts(record_answer.integration_id, '{needs_attention,unhealthy}');
end;
$$;
revoke all on function sync_scheduler.record_answer(uuid) from public, anon, authenticated, service_role;
comment on function sync_scheduler.record_answer(uuid) is
  'A connection check was answered: the way is open. Resolves what checks have raised. The integration is healthy, unless a run '
  'that failed with the present config and credentials has left entries that wait (run_failed is open): then it still needs '
  'attention if that run was refused, and is degraded otherwise. The caller holds the lock of the integration''s health.';
