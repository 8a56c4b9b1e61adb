import { type Check, fail } from "../check.ts";
import { rehearse } from "../rehearse.ts";

/** Does Realtime publish what clients watch? */
export const realtime: Check = {
  name: "realtime",
  healthy: "Realtime publishes every table that clients watch.",
  async examine({ look, schemas }) {
    return await look(async (tx) => {
      const [publication] =
        await tx`select from pg_catalog.pg_publication where pubname = 'supabase_realtime'`;
      if (publication === undefined) {
        return [fail(
          "There is no publication supabase_realtime: clients would have to poll.",
          `create publication supabase_realtime;\n${schemas.publication.trim()}`,
        )];
      }
      const { added } = await rehearse(tx, [schemas.publication], async (tx) =>
        await tx<{ name: string }[]>`
          select quote_ident(schemaname) || '.' || quote_ident(tablename) as name
          from pg_catalog.pg_publication_tables where pubname = 'supabase_realtime' order by 1`);
      return added.map(({ name }) =>
        fail(`Realtime does not publish ${name}.`, `alter publication supabase_realtime add table ${name};`)
      );
    });
  },
};
