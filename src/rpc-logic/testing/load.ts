import { z } from "zod";
import trigger from "./trigger.json" with { type: "json" };
import { type TriggerVector, vectorSchema } from "./schema.ts";

const fileSchema = z.strictObject({
  $comment: z.string(),
  /** What every situation has unless it says otherwise. */
  defaults: z.looseObject({ settings: z.record(z.string(), z.unknown()) }),
  integration_defaults: z.record(z.string(), z.unknown()),
  run_defaults: z.record(z.string(), z.unknown()),
  vectors: z.array(z.strictObject({
    name: z.string(),
    situation: z.looseObject({
      integrations: z.array(z.record(z.string(), z.unknown())).optional(),
      runs: z.array(z.record(z.string(), z.unknown())).optional(),
      settings: z.record(z.string(), z.unknown()).optional(),
    }),
    expect: z.unknown(),
  })).min(1),
});

/**
 * Reads the shared vectors of the trigger, fills in the file's defaults and checks each one.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { loadTriggerVectors } from "./load.ts";
 *
 * const vectors = loadTriggerVectors();
 * assert.ok(vectors.some(({ name }) => name === "a coordinator is allowed"));
 * ```
 */
export function loadTriggerVectors(): readonly TriggerVector[] {
  const { defaults, integration_defaults, run_defaults, vectors } = fileSchema.parse(trigger);
  const names = new Set<string>();
  return vectors.map(({ name, situation, expect }) => {
    if (names.has(name)) throw new Error(`two vectors are named "${name}"`);
    names.add(name);
    const full: Record<string, unknown> = {
      ...defaults,
      ...situation,
      settings: { ...defaults.settings, ...situation.settings },
    };
    if (situation.integrations !== undefined) {
      full.integrations = situation.integrations.map((item) => ({ ...integration_defaults, ...item }));
    }
    if (situation.runs !== undefined) {
      full.runs = situation.runs.map((item) => ({ ...run_defaults, ...item }));
    }
    const parsed = vectorSchema.safeParse({ name, situation: full, expect });
    if (!parsed.success) throw new Error(`vector "${name}": ${z.prettifyError(parsed.error)}`);
    return parsed.data;
  });
}
