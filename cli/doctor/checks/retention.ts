import { type Check, fail } from "../check.ts";

/** Is what is past its time deleted? A day of grace: the job works in small pieces. */
export const retention: Check = {
  name: "retention",
  healthy: "Nothing is kept longer than the settings say.",
  async examine({ look }) {
    const overdue = await look(async (tx) =>
      await tx<{ what: string; since: string }[]>`
        select o.what, to_char(o.oldest, 'YYYY-MM-DD') as since
        from sync_scheduler.settings s cross join lateral (
          select status || ' runs' as what, min(r.finished_at) as oldest, case
            when status = 'failed' then s.retention_failed else s.retention_ended end as kept
          from unnest(enum_range(null::public.sync_run_status)) status
          cross join lateral (
            select l.finished_at from public.sync_run_log l
            where l.status = status and l.finished_at is not null order by l.finished_at limit 1
          ) r group by status
          union all
          select 'ticks', min(ticked_at), s.retention_ticks from sync_scheduler.ticks
          union all
          select 'warm-ups', min(scheduled_for), s.retention_ticks from sync_scheduler.warmups
          union all
          select 'messages of alert webhooks', min(created_at), s.retention_ticks from sync_scheduler.alert_messages
          union all
          select 'incidents of vendors', min(ended_at), s.retention_failed from public.sync_vendor_incidents
          union all
          select 'alerts', min(first_seen_at), s.retention_failed from public.sync_alerts
          union all
          select 'audit records', min(created_at), s.retention_failed from public.sync_audit_log
          union all
          select 'records of pg_cron', min(coalesce(d.end_time, d.start_time)), s.retention_ticks
          from cron.job_run_details d join cron.job j on j.jobid = d.jobid
          where j.jobname like 'sync-scheduler-%'
        ) o where o.oldest < now() - o.kept - interval '1 day'`
    );
    if (overdue.length === 0) return [];
    const what = overdue.map(({ what, since }) => `${what} since ${since}`).join(", ");
    return [fail(
      `Kept longer than the settings say: ${what}. Does the job sync-scheduler-purge run? The SQL deletes for ` +
        "some seconds; repeat it until it returns 0.",
      "select sync_scheduler.purge();",
    )];
  },
};
