-- Which rules ask for the state of an entry, and what each answers in every state. A new state has no line here yet, so
-- that this test fails. Each description names the file of the rule.
begin;
\ir ../fixtures.psql
select plan(11);

create temporary table expected (
  state text primary key,
  -- What becomes of a delivery with other content, and of the entry; and of a delivery with the same content.
  other_content text, same_content text,
  -- Whether it can be taken back; `no` is said with a reason.
  may_be_withdrawn text,
  -- The resolutions that settle_sync_entries accepts.
  decisions text[],
  -- How many entries a run counts when it is claimed, and whether a worker gets the entry: for its first send, to send it
  -- again, or not. An entry is sending only while a worker has it, which gets it once more if the answer was lost.
  counted integer, reserved text,
  may_be_redacted boolean,
  -- The states that a direct write may give it.
  may_become text[],
  -- Whether it keeps the alert run_failed, and whether a person must decide.
  is_outstanding boolean, undecided boolean
);
insert into expected values
  ('pending', 'replaced: pending', 'unchanged', 'yes', '{exported}', 1, 'first', false,
    '{pending,sending,exported,rejected,unknown,withdrawn}', true, false),
  ('sending', 'conflicts: sending', 'unchanged', 'no', '{}', 0, 'first', false,
    '{pending,sending,exported,rejected,unknown}', true, false),
  ('exported', 'conflicts: exported', 'unchanged', 'no', '{keep}', 0, 'not', true, '{exported}', false, false),
  ('rejected', 'conflicts: rejected', 'unchanged', 'no', '{exported,resend,abandon}', 0, 'not', true,
    '{pending,sending,exported,rejected,unknown}', false, true),
  ('unknown', 'conflicts: unknown', 'unchanged', 'no', '{exported,resend,abandon}', 1, 'again', false,
    '{pending,sending,exported,rejected,unknown}', true, false),
  ('withdrawn', 'replaced: pending', 'withdrawn', 'yes', '{exported,resend}', 0, 'not', true,
    '{pending,sending,exported,rejected,unknown,withdrawn}', false, false);

-- The only entry of the outbox, as a worker, a person or the host leaves it in this state.
create function pg_temp.put(in_state text) returns public.sync_export_entries language sql as $$
  delete from public.sync_export_entries;
  delete from public.sync_run_log;
  insert into public.sync_export_entries (integration_id, entry_key, period, document_number, payload, created_at, state,
    batch_id, sent_at, unknown_since, exported_at)
  select sync_test.id('integration a'), 'entry', '2026-10', 'B-1', '{"amount": "1"}', now() - interval '3 days',
    in_state::public.sync_entry_state, case when was_sent then gen_random_uuid() end,
    case when was_sent then now() - interval '2 days' end, case when in_state = 'unknown' then now() end,
    case when in_state = 'exported' then now() - interval '2 days' end
  from (values (in_state in ('sending', 'exported', 'rejected', 'unknown'))) s (was_sent)
  returning *
$$;
create function pg_temp.deliver(amount text) returns text language sql as $$
  select string_agg(a.key, ' ') from jsonb_each(public.add_sync_entries(sync_test.id('org a'), 'webhook', jsonb_build_array(
    jsonb_build_object('entry_key', 'entry', 'period', '2026-10', 'document_number', 'B-1',
      'payload', jsonb_build_object('amount', amount))))) a
  where a.value not in ('0', '[]') and a.key <> 'unchanged' or a.value = '1'
$$;
create function pg_temp.is_accepted(statement text) returns boolean language plpgsql as $$
declare
  is_done boolean;
begin
  execute statement into is_done;
  return is_done;
exception when sqlstate 'PT409' then
  return false;
end
$$;
create function pg_temp.settles(entry public.sync_export_entries, resolution text) returns boolean language plpgsql as $$
begin
  if entry.state = 'exported' then
    perform pg_temp.deliver('2');
  end if;
  return pg_temp.is_accepted(format('select public.settle_sync_entries(%L, %L, %L, %L) = 1', sync_test.id('org a'), 'webhook',
    jsonb_build_array(jsonb_build_object('entry_key', 'entry', 'resolution', resolution, 'sent_at', entry.sent_at)), 'why'));
end
$$;
create function pg_temp.becomes(entry public.sync_export_entries, new_state text) returns boolean language sql as $$
  select pg_temp.is_accepted(format('update public.sync_export_entries set state = %L, batch_id = case when %2$L then coalesce(batch_id, gen_random_uuid()) end,
    unknown_since = case when %3$L then now() end, exported_at = case when %4$L then now() end where entry_id = %5$s returning true',
    new_state, new_state in ('sending', 'unknown'), new_state = 'unknown', new_state = 'exported', entry.entry_id))
$$;
create function pg_temp.reserve(out counted integer, out reserved text) language plpgsql as $$
declare
  run uuid := sync_test.trigger_as('coordinator');
  batch jsonb;
begin
  counted := sync_test.claim(run) -> 'entries_total';
  batch := public.sync_worker_reserve_entries(run, 1, sync_test.token(run), 1);
  reserved := case when batch ->> 'batch_id' is null then 'not' when (batch ->> 'resend')::boolean then 'again' else 'first' end;
end
$$;

create temporary table answer (like expected);
do $$
declare
  s text;
  states constant text[] := enum_range(null::public.sync_entry_state);
  entry public.sync_export_entries;
  a answer;
begin
  foreach s in array states loop
    a.state := s;
    entry := pg_temp.put(s);
    a.undecided := entry.undecided;
    a.is_outstanding := (sync_scheduler.outstanding_entries(entry.integration_id)).first_id is not null;
    a.same_content := pg_temp.deliver('1');
    a.other_content := pg_temp.deliver('2');
    a.other_content := concat(a.other_content, ': ', (select e.state from public.sync_export_entries e));
    perform pg_temp.put(s);
    select case when w -> 'refused' = '[]' then 'yes' when w #>> '{refused,0,reason}' is null then 'no, without a reason' else 'no' end
    into a.may_be_withdrawn from public.withdraw_sync_entries(sync_test.id('org a'), 'webhook', '{entry}', 'why') w;
    a.decisions := array(select r from unnest('{exported,resend,abandon,keep}'::text[]) r where pg_temp.settles(pg_temp.put(s), r));
    a.may_become := array(select n from unnest(states) n where pg_temp.becomes(pg_temp.put(s), n));
    perform pg_temp.put(s);
    select r.counted, r.reserved into a.counted, a.reserved from pg_temp.reserve() r;
    perform pg_temp.put(s);
    update public.sync_export_entries set decided_at = now() - interval '2 days';
    a.may_be_redacted := sync_scheduler.redact_entries(sync_test.id('org a'), now() - interval '1 day') ->> 'redacted' = '1';
    insert into answer values (a.*);
  end loop;
end
$$;

select results_eq('select state from answer order by 1', 'select state from expected order by 1', 'every state of types.sql has its line here');
select results_eq(format('select state, %I::text from answer order by 1', question), format('select state, %I::text from expected order by 1', question),
  description)
from (values
  ('other_content', 'store_delivery.sql, is_replaceable: a delivery of other content'),
  ('same_content', 'store_delivery.sql: a delivery of the same content'),
  ('may_be_withdrawn', 'withdraw_entries.sql: whether it is taken back, or why not'),
  ('decisions', 'settle_entries.sql: what a person may decide'),
  ('counted', 'claim_attempt.sql: whether a run counts it'),
  ('reserved', 'reserve_entries.sql: whether a worker gets it'),
  ('may_be_redacted', 'redact_entries.sql: whether it is emptied'),
  ('may_become', 'guard_entry_state: what a direct write may make of it'),
  ('is_outstanding', 'outstanding_entries in run_alerts.sql: whether it keeps run_failed open'),
  ('undecided', 'the column undecided: whether a person must decide, as entries_need_decision')) q (question, description);

select * from finish();
rollback;
