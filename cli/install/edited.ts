import type { Bundle } from "../bundle/bundle.ts";
import { sha256 } from "../bundle/schema_files.ts";
import type { Marker } from "./marker.ts";
import { normalForm } from "./normal_form.ts";

/**
 * Whether a person has edited a file since it was brought. A file that a formatter has been over says what it said.
 *
 * @param path Where the host has it.
 * @example
 * ```ts ignore
 * const changed = [...host.files.values()].filter(({ path, marker }) => isEdited(bundle, path, marker));
 * ```
 */
export function isEdited(bundle: Bundle, path: string, marker: Marker): boolean {
  return marker.edited && sha256(normalForm(path, marker.text)) !== broughtForm(bundle, marker);
}

/** The checksum of the normal form of what was brought; null if this checkout does not know it. */
function broughtForm(bundle: Bundle, { release, id }: Marker): string | null {
  const migration = bundle.migrations.find((each) => each.id === id);
  if (migration !== undefined) return sha256(normalForm("a.sql", migration.sql));
  if (release !== bundle.release) {
    return bundle.releases.find((each) => each.release === release)?.files?.[id] ?? null;
  }
  const file = bundle.files.find(({ path }) => path === id);
  if (file !== undefined) return sha256(normalForm(file.path, file.text));
  const declared = bundle.declared.find(({ name }) => `declared/${name}` === id);
  return declared === undefined ? null : sha256(normalForm(declared.name, declared.sql));
}

/**
 * The checksums that a release keeps, by which later ones know a formatted file again.
 *
 * @example
 * ```ts ignore
 * const files = normalForms(await readBundle(checkout));
 * ```
 */
export function normalForms(bundle: Bundle): Record<string, string> {
  return Object.fromEntries([
    ...bundle.files.map(({ path, text }) => [path, sha256(normalForm(path, text))]),
    ...bundle.declared.map(({ name, sql }) => [`declared/${name}`, sha256(normalForm(name, sql))]),
  ]);
}
