import type { Sql } from "postgres";

/** The server's process of a connection. */
export async function processOf(sql: Sql): Promise<number> {
  const [row] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
  if (row === undefined) throw new Error("a session without a process");
  return row.pid;
}

/** Milliseconds that the kernel has given to these processes. */
export async function processorTime(pids: readonly number[]): Promise<number> {
  const times = await Promise.all(
    pids.map(async (pid) => Number((await Deno.readTextFile(`/proc/${pid}/schedstat`)).split(" ")[0]) / 1e6),
  );
  return times.reduce((sum, time) => sum + time, 0);
}

/** Milliseconds that the kernel gives to these processes during the work. */
export async function processorTimeOf(
  pids: readonly number[],
  work: () => Promise<unknown>,
): Promise<number> {
  const begin = await processorTime(pids);
  await work();
  return await processorTime(pids) - begin;
}
