-- store_delivery asks is_replaceable, and guard_entry_content refuses what it does not allow: of every entry.
begin;
\ir ../fixtures.psql
select plan(2);

-- Each state of the type, with each combination of marks that the table allows, in a batch that is open or closed.
insert into public.sync_export_entries (integration_id, entry_key, period, document_number, payload, state, batch_id, unknown_since,
  exported_at, not_sent, refused_at_first_send, nothing_left, decided_at)
select sync_test.id('integration a'), concat_ws(' ', state, not_sent, refused_first, nothing_left, decided, in_open), '2026-10',
  'R-' || row_number() over (), '{"amount": "1"}', state,
  case when not_sent or state not in ('sending', 'exported', 'rejected', 'unknown') then null
    when state in ('sending', 'unknown') or in_open then sync_test.id('open batch') else sync_test.id('closed batch') end,
  case when state = 'unknown' then now() end, case when state = 'exported' then now() end,
  not_sent, refused_first, nothing_left, case when decided then now() end
from unnest(enum_range(null::public.sync_entry_state)) state, unnest('{t,f}'::boolean[]) not_sent,
  unnest('{t,f}'::boolean[]) refused_first, unnest('{t,f}'::boolean[]) nothing_left, unnest('{t,f}'::boolean[]) decided,
  unnest('{t,f}'::boolean[]) in_open
where state = 'rejected' or not (not_sent or refused_first or nothing_left);

create temporary table entry as
select e.entry_key, e.state, sync_scheduler.is_replaceable(e) as is_replaceable from public.sync_export_entries e
where e.integration_id = sync_test.id('integration a');
select is((select count(distinct is_replaceable)::integer from entry where state = 'rejected'), 2,
  'some of the rejected entries are replaceable, and some are not');
do $$ begin
  perform public.add_sync_entries(sync_test.id('org a'), 'webhook', (
    select jsonb_agg(jsonb_build_object('entry_key', entry_key, 'period', '2026-11', 'document_number', 'R',
      'payload', '{"amount": "2"}'::jsonb))
    from entry));
end $$;
select results_eq($$ select e.entry_key, e.state = 'pending' and e.period = '2026-11' from public.sync_export_entries e
    where e.integration_id = sync_test.id('integration a') order by 1 $$,
  'select entry_key, is_replaceable from entry order by 1', 'a delivery of other content replaces what is replaceable, in every state');

select * from finish();
rollback;
