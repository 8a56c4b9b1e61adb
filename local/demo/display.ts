// @ts-types="npm:@types/cli-progress@3.11.6"
import { Presets, SingleBar } from "cli-progress";
import type { Run } from "./coordinator.ts";

/** Shows one run while it goes on. */
export interface RunDisplay {
  update(run: Run): void;
  end(): void;
}

/** A progress bar on a terminal, a line for each change elsewhere. */
export function createRunDisplay(isTerminal: boolean = Deno.stdout.isTerminal()): RunDisplay {
  return isTerminal ? new BarDisplay() : new LineDisplay();
}

class LineDisplay implements RunDisplay {
  #status = "";
  #tenth = 0;

  update(run: Run): void {
    const total = run.entries_total ?? 0;
    const done = (run.entries_done ?? 0) + (run.entries_failed ?? 0);
    const tenth = total === 0 ? 0 : Math.floor(done * 10 / total);
    if (run.status === this.#status && tenth === this.#tenth) return;
    this.#status = run.status;
    this.#tenth = tenth;
    console.log(total === 0 ? `  ${run.status}` : `  ${run.status.padEnd(10)} ${done} of ${total} entries`);
  }

  end(): void {}
}

class BarDisplay implements RunDisplay {
  #status = "";
  #bar: SingleBar | undefined;

  update(run: Run): void {
    const total = run.entries_total ?? 0;
    const done = (run.entries_done ?? 0) + (run.entries_failed ?? 0);
    if (run.status !== this.#status) {
      this.#status = run.status;
      if (this.#bar === undefined) console.log(`  ${run.status}`);
    }
    if (total === 0) return;
    if (this.#bar === undefined) {
      this.#bar = new SingleBar(
        // Ctrl-C is the platform's business: it has more to clean up than a line.
        { format: "  {bar} {value} of {total} entries  {status}", gracefulExit: false, hideCursor: false },
        Presets.shades_classic,
      );
      this.#bar.start(total, done, { status: run.status });
    }
    this.#bar.update(done, { status: run.status });
  }

  end(): void {
    this.#bar?.stop();
  }
}
