/**
 * The platform for a test: the one that `deno task test` shares among all test files, or one of its own when the file
 * is run by itself. A test that stops, kills or resets parts calls `startPlatform` of `local/` instead.
 *
 * @module
 */
import { z } from "zod";
import type { Platform } from "../../local/platform_types.ts";
import { connect, type Connections } from "./connect.ts";

/** Environment variable in which the shared platform is described to the test process. */
export const PLATFORM_VARIABLE = "SYNC_SCHEDULER_TEST_PLATFORM";

const descriptionSchema = z.object({
  apiUrl: z.url(),
  functionsUrl: z.url(),
  dbUrl: z.string(),
  adminUrl: z.string(),
  publishableKey: z.string(),
  secretKey: z.string(),
  jwtSecret: z.string(),
});

/** URLs and keys; {@link Platform} says what they mean. */
export type PlatformDescription = Readonly<z.infer<typeof descriptionSchema>>;

/** A platform that a test may use and must leave running. */
export interface TestPlatform extends PlatformDescription {
  /** Connects to the database, as the role `postgres` unless `url` says otherwise. */
  connect(options?: { url?: string; max?: number }): Connections;
}

/**
 * Attaches to the shared platform, or starts one that ends with the test file.
 *
 * @example
 * ```ts ignore
 * Deno.test("counts the integration types", async () => {
 *   const platform = await usePlatform();
 *   await using database = platform.connect();
 *   const rows = await database.sql`select from public.sync_integration_types`;
 *   assert.equal(rows.length, 3);
 * });
 * ```
 */
export async function usePlatform(): Promise<TestPlatform> {
  const shared = sharedPlatform();
  if (shared !== null) return attach(shared);
  // One for all tests of the file, or each would pay for a start.
  own ??= start();
  return attach(describe(await own));
}

let own: Promise<Platform> | undefined;
// Registered while a test file loads this module, so for that file. Outside of `deno test` it is never called.
Deno.test.afterAll(async () => void await (await own)?.stop());

/**
 * The platform that a test run shares, or null outside of one.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { PLATFORM_VARIABLE, sharedPlatform } from "./platform.ts";
 *
 * assert.equal(sharedPlatform() === null, !Deno.env.get(PLATFORM_VARIABLE));
 * ```
 */
export function sharedPlatform(): PlatformDescription | null {
  const text = Deno.env.get(PLATFORM_VARIABLE);
  return text === undefined || text === "" ? null : descriptionSchema.parse(JSON.parse(text));
}

/**
 * Starts the platform that is shared, for the process that runs the tests.
 *
 * @example
 * ```ts ignore
 * const platform = await startSharedPlatform();
 * const env = { [PLATFORM_VARIABLE]: JSON.stringify(platform.description) };
 * // ... run `deno test` with env ...
 * await platform.stop();
 * ```
 */
export async function startSharedPlatform(): Promise<
  { description: PlatformDescription; stop(): Promise<void> }
> {
  const platform = await start();
  return { description: describe(platform), stop: () => platform.stop() };
}

/** Most test files attach to the shared platform. They do not pay for loading all its parts. */
async function start(): Promise<Platform> {
  const { startPlatform } = await import("../../local/platform.ts");
  return await startPlatform();
}

function describe(platform: Platform): PlatformDescription {
  return descriptionSchema.parse(platform);
}

function attach(description: PlatformDescription): TestPlatform {
  return { ...description, connect: ({ url = description.dbUrl, max } = {}) => connect(url, max) };
}
