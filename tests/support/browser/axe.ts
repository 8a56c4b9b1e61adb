/// <reference lib="dom" />
/**
 * What a page keeps from people with a screen reader, a keyboard or poor sight, as far as a program can find out.
 *
 * @module
 */
import assert from "node:assert/strict";
import axe from "axe-core";
import type { Page } from "playwright-core";

/** Fails with what axe finds. Shadow roots are looked into. */
export async function assertAccessible(page: Page, state: string): Promise<void> {
  if (!await page.evaluate(() => "axe" in globalThis)) await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() =>
    (globalThis as unknown as { axe: typeof import("axe-core") }).axe.run()
  );
  const found = violations.map(({ id, help, nodes }) =>
    `${id}: ${help}\n${
      nodes.slice(0, 4).map(({ target, failureSummary }) => `  ${target.join(" ")}\n  ${failureSummary}`)
        .join("\n")
    }`
  );
  assert.equal(found.join("\n"), "", state);
}
