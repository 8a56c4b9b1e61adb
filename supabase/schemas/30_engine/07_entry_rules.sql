create or replace function sync_scheduler.entry_rules(config jsonb) returns jsonb
language plpgsql immutable set search_path = pg_catalog, pg_temp as $$
begin
  return coalesce((
    select jsonb_object_agg(r.key, r.value) from jsonb_each(entry_rules.config) r
    where r.key in ('payloads', 'period_rule', 'fiscal_year_ends', 'ignored_fields')), '{}');
end;
$$;
revoke all on function sync_scheduler.entry_rules(jsonb) from public, anon, authenticated, service_role;
comment on function sync_scheduler.entry_rules(jsonb) is
  'The part of an integration''s config that says what it demands of its entries. A rule that is missing has its default.';
