/** A field that differs between two values; undefined is one that is not there. */
export interface Change {
  /** `payload.lines[0].amount` */
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** Which fields of two JSON values differ. */
export function changesBetween(before: unknown, after: unknown, path = ""): Change[] {
  if (isComposite(before) && isComposite(after) && Array.isArray(before) === Array.isArray(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    const below = (key: string) =>
      Array.isArray(before) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`;
    return keys.flatMap((key) => changesBetween(before[key], after[key], below(key)));
  }
  return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ path, before, after }];
}

function isComposite(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
