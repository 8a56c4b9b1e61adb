-- A key replays only a run of its own organisation and integration, whatever member pressed.
begin;
\ir ../fixtures.psql
select plan(12);
update public.sync_integrations set manual_cooldown = '0 seconds';
insert into public.sync_integrations (org_id, integration_type) values (sync_test.id('org a'), 'xledger');
-- The coordinator of a also belongs to b.
insert into public.organization_members (org_id, user_id, role) values (sync_test.id('org b'), sync_test.id('coordinator'), 'coordinator');

create function pg_temp.press(who text, key text, org text default 'org a', kind text default 'webhook') returns uuid language plpgsql as $$
declare
  answer uuid;
begin
  perform sync_test.act_as(who);
  select run_id into answer from public.trigger_integration_sync(sync_test.id(org), kind, key);
  perform sync_test.act_as('owner');
  return answer;
end
$$;
create function pg_temp.refusal(who text, key text, kind text) returns text language plpgsql as $$
declare
  details text;
begin
  perform pg_temp.press(who, key, kind => kind);
  return 'a run';
exception when sqlstate 'PT409' then
  get stacked diagnostics details = pg_exception_detail;
  perform sync_test.act_as('owner');
  return sqlerrm || ' ' || details;
end
$$;

create temporary table pressed as
select pg_temp.press('outsider', 'key of b', 'org b') as of_b, null::uuid as of_a;
grant select on pressed to authenticated;
update pressed set of_a = pg_temp.press('admin', 'key of b');
select isnt(of_a, of_b, 'a key that another organisation has used starts a run of one''s own') from pressed;
select is((select count(*)::integer from public.sync_run_log where idempotency_key = 'key of b'), 2, 'each organisation has it once');
select is((select array_agg(distinct r.org_id) from public.sync_run_log r, pressed p where r.run_id = p.of_a), array[sync_test.id('org a')], 'in its own log');
select is(pg_temp.press('admin', 'key of b'), of_a, 'pressed again it is that run') from pressed;
select is(pg_temp.press('coordinator', 'key of b'), of_a, 'also for another person of the organisation') from pressed;
select is(pg_temp.press('service_role', 'key of b'), of_a, 'and for the backend') from pressed;
select is(pg_temp.press('coordinator', 'key of b', 'org b'), of_b, 'who belongs to both gets the run of the one that they name') from pressed;
select is(pg_temp.refusal('admin', 'key of b', 'xledger'), format('idempotency_key_reused {"run_id": "%s"}', of_a),
  'for another integration of the organisation it is refused, and names its own run') from pressed;
select is(pg_temp.press('outsider', 'key of b', 'org b'), of_b, 'of the other organisation nothing has changed') from pressed;

-- A retry has a key, too.
update public.sync_run_log set status = 'cancelled', finished_at = now(), next_attempt_at = null where org_id = sync_test.id('org a');
select pg_temp.press('outsider', 'key of b', 'org b');
update public.sync_run_log set idempotency_key = 'retried' where org_id = sync_test.id('org b');
create temporary table retried (org_id uuid, parent_run_id uuid);
grant insert on retried to authenticated;
select sync_test.act_as('coordinator');
insert into retried select r.org_id, r.parent_run_id from pressed p, public.retry_integration_sync(p.of_a, 'retried') r;
select sync_test.act_as('owner');
select is((select row(r.org_id, r.parent_run_id)::text from retried r), (select row(sync_test.id('org a'), of_a)::text from pressed),
  'a retry under a foreign key is a run of one''s own');
select sync_test.act_as('outsider');
select throws_ok(format('select public.retry_integration_sync(%L, %L)', of_a, 'retried'), 'PT403', 'not_authorized',
  'and no caller gets at a foreign run by its id') from pressed;
select sync_test.act_as('owner');
select is((select count(*)::integer from public.sync_run_log where idempotency_key = 'retried'), 2, 'again each has it once');

select * from finish();
rollback;
