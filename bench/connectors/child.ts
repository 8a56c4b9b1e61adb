/** The exporting process: alone with its memory and its processor time, the fakes being in another one. */
import { z } from "zod";
import process from "node:process";
import { distant, recorder, sendAgain } from "./bare_loop.ts";
import { exportAll } from "./export_all.ts";
import type { Target } from "./vendors.ts";

const orderSchema = z.object({
  target: z.object({
    integrationType: z.string(),
    config: z.record(z.string(), z.unknown()),
    credentials: z.record(z.string(), z.string()),
  }),
  count: z.number(),
  rounds: z.number(),
  /** Milliseconds there and back. */
  distance: z.number(),
  limit: z.object({ requests: z.number(), perMs: z.number() }),
});

/** What the parent asks for. Without rounds only memory is measured, on a clock that does not wait. */
export type Order = z.infer<typeof orderSchema>;

/** What a child has measured. */
export const measuredSchema = z.object({
  /** Milliseconds of each round: by the connector, and by a bare loop. */
  connector: z.array(z.number()),
  bare: z.array(z.number()),
  /** Requests of the last round. */
  requests: z.number(),
  /** Milliseconds of processor time of each round, for 100 entries. */
  cpuPer100: z.array(z.number()),
  /** Largest resident set behind a batch, in bytes. */
  peak: z.number(),
  /** What the heap still held after the last batch, garbage aside, in bytes. */
  retained: z.number(),
});

/** What a child has measured. */
export type Measured = z.infer<typeof measuredSchema>;

async function measureThroughput(
  target: Target,
  { count, rounds, distance, limit }: Order,
): Promise<Measured> {
  const away = distant(distance);
  const connector: number[] = [];
  const bare: number[] = [];
  const cpuPer100: number[] = [];
  let requests = 0;
  // Round 0 compiles what the others run.
  const warmUp = Math.min(count, 200);
  for (let round = 0; round <= rounds; round++) {
    const { fetch, sent } = recorder(away);
    const cpu = process.cpuUsage();
    const begin = performance.now();
    await exportAll(target, { name: `R${round}`, count: round === 0 ? warmUp : count, fetch });
    const middle = performance.now();
    const { user, system } = process.cpuUsage(cpu);
    // The vendor's window has to be empty again, for both.
    await pause(limit.perMs);
    const again = performance.now();
    await sendAgain(away, sent, limit);
    const end = performance.now();
    await pause(limit.perMs);
    if (round === 0) continue;
    connector.push(middle - begin);
    bare.push(end - again);
    cpuPer100.push((user + system) / 1000 / count * 100);
    requests = sent.length;
  }
  return { connector, bare, cpuPer100, requests, peak: 0, retained: 0 };
}

async function measureMemory(target: Target, { count }: Order): Promise<Measured> {
  let peak = 0;
  const onBatch = () => peak = Math.max(peak, Deno.memoryUsage().rss);
  await exportAll(target, { name: "M", count, sleeps: false, onBatch });
  collectGarbage();
  const retained = Deno.memoryUsage().heapUsed;
  return { connector: [], bare: [], cpuPer100: [], requests: 0, peak, retained };
}

function collectGarbage(): void {
  const { gc } = globalThis as { readonly gc?: () => void };
  if (gc === undefined) throw new Error("started without --expose-gc");
  gc();
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Number.isFinite(milliseconds) ? milliseconds : 0));
}

if (import.meta.main) {
  const order = orderSchema.parse(JSON.parse(Deno.args[0] ?? ""));
  const measured = order.rounds > 0
    ? await measureThroughput(order.target, order)
    : await measureMemory(order.target, order);
  console.log(JSON.stringify(measured));
  Deno.exit();
}
