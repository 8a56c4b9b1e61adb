import assert from "node:assert/strict";
import type { SyncRun, SyncSchedulerRepository } from "../../client/mod.ts";
import { History } from "./history.ts";

Deno.test("older runs that a person has opened stay when a new run begins", async () => {
  let newest = 40;
  // Runs 40, 39, ... 1, a page at a time; the cursor is the run before which the next page begins.
  const listRuns = (_orgId: string, { limit = 0, cursor }: { limit?: number; cursor?: string | null }) => {
    const first = cursor ? Number(cursor) : newest;
    const runs = Array.from({ length: limit }, (_, n) => ({ run_id: `${first - n}` }) as SyncRun);
    return Promise.resolve({ runs, next: `${first - limit}` });
  };
  const repository = { listRuns } as unknown as SyncSchedulerRepository;
  const history = new History(repository, "org", "webhook", () => {});
  const shown = () => history.runs?.map(({ run_id }) => Number(run_id)) ?? [];

  await history.refresh();
  await history.more();
  assert.deepEqual([shown().length, shown()[0], shown().at(-1)], [24, 40, 17]);

  newest = 41;
  await history.refresh();
  assert.deepEqual([shown().length, shown()[0], shown().at(-1)], [24, 41, 18]);
  await history.more();
  assert.deepEqual([new Set(shown()).size, shown().at(-1)], [36, 6]);

  history.narrow({ status: "failed" });
  await history.refresh();
  assert.equal(shown().length, 12);
});
