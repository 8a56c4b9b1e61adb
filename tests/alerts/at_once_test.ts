import assert from "node:assert/strict";
import postgres, { type Sql } from "postgres";
import { localTest } from "../support/local_only.ts";
import { pauseJobs } from "../support/ticks.ts";

const ORGANISATIONS = 40;

interface Sender {
  readonly org_id: string;
  readonly token: string;
}

async function prepare(sql: Sql): Promise<void> {
  await pauseJobs(sql);
  // Nobody answers there: what is posted stays in the queue until it is read.
  await sql`update sync_scheduler.settings set function_url = 'http://127.0.0.1:9/'`;
  await sql.unsafe(`
    create table public.posted (body jsonb);
    create function keep_request() returns trigger language plpgsql as $$
    begin
      insert into public.posted values (convert_from(new.body, 'UTF8')::jsonb);
      return null;
    end $$;
    create trigger keep_request before insert on net.http_request_queue for each row execute function keep_request();
    select set_config('request.jwt.claims', '{"role": "service_role"}', false);
    insert into public.organizations (name) select 'Organisation ' || n from generate_series(1, ${ORGANISATIONS}) n;
    select public.configure_alert_webhook(o.id, jsonb_build_object('url', 'https://hooks.example/', 'secret',
      'whsec_' || encode('0123456789abcdef01234567', 'base64'))) from public.organizations o;
  `);
}

async function takeSenders(sql: Sql): Promise<Sender[]> {
  const rows = await sql<Sender[]>`
    with taken as (delete from public.posted where body ->> 'kind' = 'alerts' returning body)
    select s ->> 'org_id' as org_id, s ->> 'token' as token from taken, jsonb_array_elements(body -> 'senders') s`;
  return [...rows];
}

localTest(
  "ticks and functions that come at once post each organisation's messages once",
  async (platform) => {
    const connections = Array.from(
      { length: 4 },
      () => postgres(platform.adminUrl, { max: 1, onnotice: () => {} }),
    );
    const [sql] = connections;
    assert.ok(sql);
    await prepare(sql);
    await takeSenders(sql);

    for (let round = 0; round < 5; round++) {
      await sql`update sync_scheduler.alert_senders set next_attempt_at = now(), claimed_at = null, ended_at = null`;
      await Promise.all(connections.map((each) => each`select sync_scheduler.post_alerts()`));
      const senders = await takeSenders(sql);
      assert.equal(senders.length, ORGANISATIONS, "of several ticks one posts for an organisation");
      assert.equal(new Set(senders.map(({ org_id }) => org_id)).size, ORGANISATIONS);

      // pg_net, or somebody who listens, delivers one request several times.
      const claims = await Promise.allSettled(
        connections.map((each) =>
          each<{ claimed: Sender[] }[]>`select public.sync_worker_claim_alerts(${
            each.json(senders.slice(0, 20) as never)
          }) as claimed`
        ),
      );
      const claimed = claims.flatMap((claim) =>
        claim.status === "fulfilled" ? claim.value[0]?.claimed ?? [] : []
      );
      assert.equal(claimed.length, 20, "and of several deliveries one takes it");

      // A message that is written while its sender reports is not forgotten.
      await Promise.all(
        senders.slice(0, 20).flatMap(({ org_id, token }, index) => {
          const [reporter, writer] = [connections[index % 2], connections[2 + index % 2]];
          assert.ok(reporter && writer);
          return [
            reporter`select public.sync_worker_finish_alerts(${org_id}, ${token}, (
          select coalesce(jsonb_agg(jsonb_build_object('message_id', m.message_id, 'outcome', 'delivered')), '[]')
          from sync_scheduler.alert_messages m where m.org_id = ${org_id} and m.delivered_at is null))`,
            writer`select sync_scheduler.note_alert(${org_id}, null, null, 'drift', 'warning', ${`${round}`}, 'Late.', '{}', null)`,
          ];
        }),
      );
      await sql`select sync_scheduler.post_alerts()`;
      const asleep: readonly object[] = await sql`
      select from sync_scheduler.alert_senders s where s.next_attempt_at is null and exists (
        select from sync_scheduler.alert_messages m where m.org_id = s.org_id and m.delivered_at is null)`;
      assert.equal(asleep.length, 0, "nothing waits without somebody who comes for it");
      await takeSenders(sql);
    }
    await Promise.all(connections.map((each) => each.end()));
  },
);
