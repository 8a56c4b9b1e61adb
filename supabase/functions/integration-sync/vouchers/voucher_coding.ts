/**
 * What an accountant codes a line with: a VAT code, a department, a project and further dimensions. The configuration
 * maps those names to the codes of the external system.
 *
 * @module
 */
import * as z from "../core/zod.ts";
import { storableText } from "../core/storable_text.ts";
import { notBlank } from "./voucher_lines.ts";

/** Where the configuration sends a dimension, and its names with their codes; without codes a name is the code. */
export interface DimensionRule {
  readonly to: string;
  readonly codes?: Readonly<Record<string, string>> | undefined;
}

/** The part of a configuration that maps names to codes. */
export interface CodingRules {
  /** `same`: the voucher's VAT codes are those of the external system. Missing: no VAT code can be exported. */
  readonly vat_codes?: "same" | Readonly<Record<string, string>> | undefined;
  readonly dimensions: Readonly<Record<string, DimensionRule>>;
}

/** What a line is coded with, in the codes of the external system. */
export interface LineCoding {
  readonly vatCode: string | null;
  /** Codes by the target of their dimension. */
  readonly dimensions: ReadonlyMap<string, string>;
}

/** The coding of a line, or the first fault. `unmapped`: the configuration has no place or code for a name. */
export type CodedLine =
  | { readonly ok: true; readonly coding: LineCoding }
  | { readonly ok: false; readonly error: string; readonly unmapped: boolean };

const codesOf = (code: z.ZodMiniType<string>) =>
  z.record(z.string(), code, "must be an object of names and their codes");

/**
 * `vat_codes` of a configuration.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import * as z from "../core/zod.ts";
 * import { vatCodes } from "./voucher_coding.ts";
 *
 * assert.equal(vatCodes(z.string()).parse("same"), "same");
 * assert.equal(vatCodes(z.string()).safeParse({ "25": 1 }).success, false);
 * ```
 */
export function vatCodes(
  code: z.ZodMiniType<string>,
): z.ZodMiniType<"same" | Record<string, string> | undefined> {
  const message = 'must be "same" or an object of VAT codes and their codes there';
  return z.optional(z.union([z.literal("same"), codesOf(code)], message));
}

/**
 * `dimensions` of a configuration: by the name of the line's field, the dimension of the external system and the codes.
 * Two names may not go to one dimension.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import * as z from "../core/zod.ts";
 * import { dimensionRules } from "./voucher_coding.ts";
 *
 * const rules = dimensionRules(z.string(), z.string());
 * assert.ok(rules.safeParse({ department: { to: "glObject1", codes: { Salg: "10" } } }).success);
 * assert.equal(rules.safeParse({ department: { to: "a" }, project: { to: "a" } }).success, false);
 * ```
 */
export function dimensionRules(
  target: z.ZodMiniType<string>,
  code: z.ZodMiniType<string>,
): z.ZodMiniType<Record<string, DimensionRule>> {
  const rule = z.strictObject({ to: target, codes: z.optional(codesOf(code)) }, {
    error: (issue) =>
      issue.code === "invalid_type" ? 'must be an object, {"to": "...", "codes": {}}' : undefined,
  });
  return z._default(
    z.record(z.string(), rule, "must be an object of dimensions").check(
      z.refine<Record<string, DimensionRule>>(
        (rules) => new Set(Object.values(rules).map(({ to }) => to)).size === Object.keys(rules).length,
        "sends two names to one dimension",
      ),
    ),
    {},
  );
}

const text = z.nullish(z.string("must be a text").check(notBlank));
const codedFields = z.object({
  vat_code: text,
  department: text,
  project: text,
  dimensions: z.optional(z.unknown()),
});

/**
 * Codes a line, or says which name has no code. `place` begins the sentence: "Line 1".
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { codeLine } from "./voucher_coding.ts";
 *
 * const rules = { vat_codes: "same", dimensions: { department: { to: "glObject1", codes: { Salg: "10" } } } } as const;
 * const coded = codeLine(rules, { account: "6860", vat_code: "1", department: "Salg" }, "Line 1");
 * assert.ok(coded.ok);
 * assert.deepEqual([coded.coding.vatCode, [...coded.coding.dimensions]], ["1", [["glObject1", "10"]]]);
 * const unknown = codeLine(rules, { account: "6860", department: "Slag" }, "Line 1");
 * assert.ok(!unknown.ok && unknown.unmapped);
 * ```
 */
export function codeLine(rules: CodingRules, line: unknown, place: string): CodedLine {
  // Most lines have none of it, and there are thousands in a slice.
  if (!hasCoding(line)) return uncoded;
  const parsed = codedFields.safeParse(line);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return fault(`${place}: ${issue?.path.join(".")} ${issue?.message}.`);
  }
  const { vat_code, department, project, dimensions } = parsed.data;
  const further = readDimensions(dimensions);
  if (further === null) return fault(`${place}: dimensions must be an object of texts.`);

  const named = new Map(further.map(([name, value]) => [name, { field: `dimensions.${name}`, value }]));
  for (const [field, value] of Object.entries({ department, project })) {
    if (value === null || value === undefined) continue;
    if (named.has(field)) return fault(`${place}: ${field} is there twice, alone and in dimensions.`);
    named.set(field, { field, value });
  }
  const codes = new Map<string, string>();
  for (const [name, { field, value }] of named) {
    const rule = own(rules.dimensions, name);
    if (rule === undefined) return unmapped(place, field, `name it in the configuration's dimensions`);
    const code = rule.codes === undefined ? value : own(rule.codes, value);
    if (code === undefined) return unmapped(place, field, `its codes lack ${quoted(value)}`);
    codes.set(rule.to, code);
  }
  const vatCode = vat_code ?? null;
  if (vatCode === null) return { ok: true, coding: { vatCode, dimensions: codes } };
  if (rules.vat_codes === undefined) {
    return unmapped(place, "vat_code", "map it in the configuration's vat_codes");
  }
  const code = rules.vat_codes === "same" ? vatCode : own(rules.vat_codes, vatCode);
  if (code === undefined) return unmapped(place, "vat_code", `vat_codes lack ${quoted(vatCode)}`);
  return { ok: true, coding: { vatCode: code, dimensions: codes } };
}

const uncoded: CodedLine = { ok: true, coding: { vatCode: null, dimensions: new Map() } };

function hasCoding(line: unknown): boolean {
  return typeof line === "object" && line !== null &&
    ("vat_code" in line || "department" in line || "project" in line || "dimensions" in line);
}

/** Without a schema's record, which leaves out a key such as `__proto__`. */
function readDimensions(value: unknown): [name: string, value: string][] | null {
  if (value === null || value === undefined) return [];
  if (typeof value !== "object" || Array.isArray(value)) return null;
  const named: [string, string][] = [];
  for (const [name, text] of Object.entries(value)) {
    if (text === null) continue;
    if (typeof text !== "string" || !/\S/.test(text)) return null;
    named.push([name, text]);
  }
  return named;
}

/** A name such as `constructor` is no entry of a configuration that does not list it. */
function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

function unmapped(place: string, field: string, what: string): CodedLine {
  const shown = storableText(field, 100);
  const error = `${place}: ${shown} has no code there: ${what}, or list ${shown} in ignored_fields.`;
  return { ok: false, error, unmapped: true };
}

function fault(error: string): CodedLine {
  return { ok: false, error, unmapped: false };
}

function quoted(value: string): string {
  return `"${storableText(value, 50)}"`;
}
