import type { Coordinator, Run } from "./coordinator.ts";
import { delay } from "../wait.ts";

const POLL_MS = 100;
const LIMIT_MS = 120_000;

/** The run again and again, until it is in a final state, which is the last one that is given. */
export async function* watchRun(coordinator: Coordinator, first: Run): AsyncGenerator<Run> {
  const deadline = performance.now() + LIMIT_MS;
  let run = first;
  yield run;
  while (run.status === "pending" || run.status === "running") {
    if (performance.now() > deadline) {
      throw new Error(`The run is still ${run.status} after ${LIMIT_MS / 1000} s.`);
    }
    await delay(POLL_MS);
    run = await coordinator.run(run.run_id);
    yield run;
  }
}
