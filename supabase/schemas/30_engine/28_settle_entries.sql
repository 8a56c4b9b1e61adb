create or replace function sync_scheduler.settle_entries(integration_id uuid, entries jsonb, reason text)
returns jsonb
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  settled jsonb;
  changed_ids bigint[];
  batches uuid[];
begin
  with told as (
    select e.entry_id, e.entry_key, e.state, e.batch_id, e.conflict_at, d.resolution, left(d.external_id, 200) as external_id
    from jsonb_to_recordset(entries) as d (entry_key text, resolution text, external_id text)
    -- As in require_settleable.
    cross join lateral (
      select o.* from public.sync_export_entries o
      where o.integration_id = settle_entries.integration_id and o.entry_key = d.entry_key offset 0) e
    -- The repetition of a call whose answer was lost changes nothing.
    where not case d.resolution
      when 'exported' then e.state = 'exported'
      when 'resend' then e.state = 'pending'
      when 'abandon' then e.state = 'rejected' and e.error_message = settle_entries.reason and e.conflict_at is null
        and e.decided_at is not null
      when 'keep' then e.conflict_at is null end
  ), changed as (
    update public.sync_export_entries e set
      state = case t.resolution
        when 'exported' then 'exported'
        when 'resend' then 'pending'
        when 'abandon' then 'rejected'
        else e.state end,
      batch_id = case when t.resolution <> 'resend' then e.batch_id end,
      unknown_since = null,
      exported_at = case t.resolution when 'exported' then now() when 'keep' then e.exported_at end,
      external_id = case t.resolution when 'exported' then t.external_id when 'keep' then e.external_id end,
      error_message = case t.resolution when 'abandon' then settle_entries.reason when 'keep' then e.error_message end,
      -- A run counts what it settled itself.
      run_id = case when e.state not in ('exported', 'rejected') or t.resolution in ('exported', 'resend') then null
        else e.run_id end,
      decided_at = case when t.resolution <> 'exported' then clock_timestamp() else e.decided_at end,
      -- What the external system has is one question, whether the source agrees another.
      conflict_at = case when t.resolution not in ('keep', 'abandon') then e.conflict_at end,
      -- From now on it is the person's to decide. That nothing ever left stays true.
      refused_at_first_send = false
    from told t where e.entry_id = t.entry_id
    returning e.entry_id, t.batch_id, jsonb_strip_nulls(jsonb_build_object('entry_key', t.entry_key, 'resolution', t.resolution,
      'was', t.state, 'conflict_at', t.conflict_at, 'external_id', t.external_id)) as change
  )
  select coalesce(jsonb_agg(c.change order by c.change ->> 'entry_key'), '[]'),
    array_agg(c.entry_id), array_agg(distinct c.batch_id) filter (where c.batch_id is not null)
  into settled, changed_ids, batches from changed c;

  -- Of a list of nothing the planner proves everything, also the condition of the index of all tenants' conflicts.
  perform sync_scheduler.adopt_newest_content(changed_ids || case when batches is not null then array(
    -- Refused earlier, while the others of their batch were open. As text, as in record_results.
    select e.entry_id from public.sync_export_entries e where e.batch_id = any (batches) and e.state::text = 'rejected') end);
  return settled;
end;
$$;
revoke all on function sync_scheduler.settle_entries(uuid, jsonb, text)
  from public, anon, authenticated, service_role;
comment on function sync_scheduler.settle_entries(uuid, jsonb, text) is
  'Does what a person has decided about entries that require_settleable lets through, and returns what has changed: a list '
  'of {entry_key, resolution, was, conflict_at, external_id}. May be repeated.';
