import { type Entity, parseFilter } from "./odata_filter.ts";
import { ODataError } from "./odata_error.ts";

const known = new Set(["$filter", "$select", "$top", "$skiptoken", "$expand", "tenant"]);

/**
 * Answers a query over a collection: `$filter`, `$select`, `$top`, and pages with `@odata.nextLink`.
 *
 * @param address The whole address of the request, from which the link to the next page is made.
 */
export function answerQuery(address: URL, entities: readonly Entity[], pageSize: number): Entity {
  const query = address.searchParams;
  for (const name of query.keys()) {
    if (!known.has(name)) {
      throw new ODataError(400, "BadRequest", `The query option ${name} is not supported.`);
    }
  }
  const filter = query.get("$filter");
  const top = Number(query.get("$top") ?? Infinity);
  const found = (filter === null ? entities : entities.filter(parseFilter(filter))).slice(0, top);
  const from = Number(query.get("$skiptoken") ?? 0);
  const expanded = query.get("$expand");
  const page = found.slice(from, from + pageSize)
    .map((entity) => expand(select(entity, query.get("$select"), expanded), expanded));
  if (from + pageSize >= found.length) return { value: page };
  const next = new URL(address);
  next.searchParams.set("$skiptoken", String(from + pageSize));
  return { value: page, "@odata.nextLink": next.href };
}

/** A part of an entity is shown only where it is asked for. */
function expand(entity: Entity, part: string | null): Entity {
  if (part !== null && !Array.isArray(entity[part])) {
    throw new ODataError(400, "BadRequest", `Could not find a property named '${part}'.`);
  }
  return Object.fromEntries(
    Object.entries(entity).filter(([name, value]) => !Array.isArray(value) || name === part),
  );
}

function select(entity: Entity, fields: string | null, expanded: string | null): Entity {
  if (fields === null) return entity;
  // The ETag comes along whatever is selected.
  const names = new Set(["@odata.etag", ...fields.split(","), ...(expanded === null ? [] : [expanded])]);
  const missing = [...names].find((name) => name !== "@odata.etag" && !Object.hasOwn(entity, name));
  if (missing !== undefined) throw new ODataError(400, "BadRequest", `There is no property ${missing}.`);
  return Object.fromEntries(Object.entries(entity).filter(([name]) => names.has(name)));
}
