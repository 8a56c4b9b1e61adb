/**
 * Tests that kill or reconfigure parts of the platform, which only the embedded one allows.
 *
 * @module
 */
import { readEnvironment } from "../../local/environment.ts";
import { type Platform, startPlatform } from "../../local/platform.ts";
import type { Postgres } from "../../local/postgres/postgres.ts";

/** A platform of the test's own whose parts may be killed. */
export interface KillablePlatform extends Platform {
  readonly postgres: Postgres;
}

const embedded = readEnvironment().kind === "embedded";

/** Name of a test that needs the embedded server, and whether to skip it: in an external database, and it says why. */
export function embeddedOnly(name: string): { name: string; ignore: boolean } {
  return { name: embedded ? name : `${name} (skipped: needs the embedded server)`, ignore: !embedded };
}

/** Registers a test with a platform of its own whose parts it may kill. */
export function localTest(name: string, test: (platform: KillablePlatform) => Promise<void>): void {
  Deno.test({
    ...embeddedOnly(name),
    fn: async () => {
      await using platform = await startPlatform({ seed: false });
      const { postgres } = platform;
      if (postgres === null) throw new Error("the embedded platform has a server");
      await test({ ...platform, postgres });
    },
  });
}
