import { type Check, fail, type Finding } from "../check.ts";
import { count } from "../quote.ts";

/** Something that nothing will ever move on: how to find it, what it is called, what fixes it. */
interface Orphan {
  readonly query: string;
  readonly found: (number: number) => string;
  readonly sql: string;
}

const OVERDUE = `r.finished_at is null and r.deadline_at < now() - interval '15 minutes'`;
const STRANDED = `r.finished_at is null and r.deadline_at >= now() - interval '15 minutes'
  and r.next_attempt_at is null and r.triggered_at < now() - interval '15 minutes'
  and not exists (select from sync_scheduler.run_attempts a
    where a.run_id = r.run_id and a.attempt = r.attempt and a.ended_at is null)`;
const OPEN_ATTEMPT = `a.ended_at is null and exists (select from public.sync_run_log r
    where r.run_id = a.run_id and (r.finished_at is not null or r.attempt <> a.attempt))`;
const STALE_SLOT = `i.next_tick_at < now() - interval '1 hour' and i.enabled and i.paused_at is null`;
const HALF_SENT = `e.state = 'sending' and not exists (select from public.sync_run_log r
    where r.run_id = e.run_id and r.finished_at is null)`;
const SECRET =
  `(s.name like 'sync_scheduler credentials of %' and not exists (select from public.sync_integrations i
    where s.name = sync_scheduler.secret_name('credentials', i.id)))
  or (s.name like 'sync_scheduler alert webhook of %' and not exists (select from public.sync_alert_webhooks w
    where s.name = sync_scheduler.secret_name('alert webhook', w.org_id)))`;
const STUCK_MESSAGES = `s.next_attempt_at < now() - interval '1 hour'`;

const ORPHANS: readonly Orphan[] = [
  {
    query: `select from public.sync_run_log r where ${OVERDUE}`,
    found: (number) =>
      `${count(number, "run")} still active after the deadline: recovery does not get to them.`,
    sql: `select sync_scheduler.recover_run(r.run_id) from public.sync_run_log r\nwhere ${OVERDUE};`,
  },
  {
    query: `select from public.sync_run_log r where ${STRANDED}`,
    found: (number) => `${count(number, "active run")} without an attempt under way or due.`,
    sql: `update public.sync_run_log r set status = 'pending', next_attempt_at = now()\nwhere ${STRANDED};`,
  },
  {
    query: `select from sync_scheduler.run_attempts a where ${OPEN_ATTEMPT}`,
    found: (number) => `${count(number, "attempt")} still open although the run has ended or gone on.`,
    sql:
      `update sync_scheduler.run_attempts a set ended_at = now(), outcome = 'lost'\nwhere ${OPEN_ATTEMPT};`,
  },
  {
    query: `select from public.sync_integrations i where ${STALE_SLOT}`,
    found: (number) =>
      `${
        count(number, "integration")
      } whose slot came more than an hour ago, without a run or a row that says why.`,
    sql: "select sync_scheduler.tick();",
  },
  {
    query: `select from public.sync_export_entries e where ${HALF_SENT}`,
    found: (number) =>
      `${
        count(number, "entry")
      } being sent by a run that is over. The SQL makes the outcome unknown: looked up, or ` +
      "sent again under the same key, by the next run.",
    sql:
      `update public.sync_export_entries e set state = 'unknown', unknown_since = coalesce(e.unknown_since, now())\n` +
      `where ${HALF_SENT};`,
  },
  {
    query: `select from vault.secrets s where ${SECRET}`,
    found: (number) => `${count(number, "secret")} in Vault of integrations or alert webhooks that are gone.`,
    sql: `delete from vault.secrets s\nwhere ${SECRET};`,
  },
  {
    query: `select from sync_scheduler.alert_senders s where ${STUCK_MESSAGES}`,
    found: (number) => `${count(number, "alert webhook")} with messages that were due more than an hour ago.`,
    sql: "select sync_scheduler.tick();",
  },
  {
    query:
      `select from public.sync_integrations i where not exists (select from public.sync_integration_health h
      where h.integration_id = i.id)`,
    found: (number) => `${count(number, "integration")} without a row of health.`,
    sql: "insert into public.sync_integration_health (integration_id, org_id)\n" +
      "select i.id, i.org_id from public.sync_integrations i on conflict do nothing;",
  },
];

/** Is there anything that waits without an end? */
export const orphans: Check = {
  name: "orphans",
  healthy: "Nothing waits without an end.",
  async examine({ look }) {
    return await look(async (tx) => {
      const findings: Finding[] = [];
      for (const { query, found, sql } of ORPHANS) {
        const [row] = await tx<{ number: number }[]>`
          select count(*)::int as number from (${tx.unsafe(query)}) orphan`;
        if (row !== undefined && row.number > 0) findings.push(fail(found(row.number), sql));
      }
      return findings;
    });
  },
};
