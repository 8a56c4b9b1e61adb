import assert from "node:assert/strict";
import { until } from "../../local/wait.ts";
import { connect } from "../support/connect.ts";
import { ownPlatformTest } from "../support/local_only.ts";
import { assertExportedOnce, readRun, untilStatus } from "../support/runs.ts";
import { createTenant, trigger } from "../support/tenant.ts";

const ENTRIES = 20_000;
const BATCH = 500;
const SLICE_SECONDS = 2;
// At most seven batches fit into a slice then, however fast the machine is.
const RECEIVER_MS = 300;

ownPlatformTest(
  "20,000 entries export once each over many slices, though the function is killed twice in the middle",
  async ({ edgeFunction, receiver, ...platform }) => {
    await using database = connect(platform.dbUrl);
    const { sql } = database;
    await sql`update sync_scheduler.settings set slice_duration = ${`${SLICE_SECONDS} seconds`} where true`;
    const tenant = await createTenant(sql, platform, {
      receiver,
      entries: ENTRIES,
      config: { batch_size: BATCH },
    });
    receiver.misbehave(...Array(2 * ENTRIES / BATCH).fill({ kind: "slow", ms: RECEIVER_MS }));
    const runId = await trigger(tenant);
    const done = async () => (await readRun(sql, runId)).entries_done;

    for (const share of [0.25, 0.6]) {
      await until(`${share} of the entries are done`, async () => await done() >= ENTRIES * share, {
        timeoutMs: 180_000,
      });
      await edgeFunction.kill("SIGKILL");
      const [open] = await sql`select attempt, claimed_at is not null as claimed
        from sync_scheduler.run_attempts where run_id = ${runId} and ended_at is null`;
      await edgeFunction.start();
      // What time would do: no worker works on this attempt any more, or none ever got it.
      await sql`update sync_scheduler.run_attempts set lease_expires_at = now()
        where run_id = ${runId} and attempt = ${open?.attempt ?? 0} and ended_at is null
          and (claimed_at is not null) = ${open?.claimed ?? false}`;
      await sql`select sync_scheduler.recover_run(${runId})`;
    }

    const ended = await untilStatus(sql, runId, "succeeded", "failed");
    assert.equal(ended.status, "succeeded", ended.error_message ?? "");
    assert.equal(ended.entries_done, ENTRIES);
    await assertExportedOnce(sql, tenant.integrationId, receiver, ENTRIES);

    const attempts = await sql<{ outcome: string }[]>`
      select outcome::text from sync_scheduler.run_attempts where run_id = ${runId} order by attempt`;
    const outcomes = attempts.map((attempt) => attempt.outcome);
    assert.equal(outcomes.at(-1), "succeeded");
    // So many, however fast the machine is: a slice ends with the batch that it has begun.
    assert.ok(outcomes.length >= 6, outcomes.join());
    assert.ok(
      outcomes.every((outcome) => ["continued", "lost", "succeeded"].includes(outcome)),
      outcomes.join(),
    );
  },
);
