import * as z from "zod";

const nodeSchema = z.object({
  "Node Type": z.string(),
  "Relation Name": z.string().optional(),
  "Index Name": z.string().optional(),
  "Actual Rows": z.number().optional(),
  "Actual Loops": z.number().optional(),
  "Rows Removed by Filter": z.number().optional(),
  "Rows Removed by Index Recheck": z.number().optional(),
  "Shared Hit Blocks": z.number().optional(),
  "Shared Read Blocks": z.number().optional(),
  get Plans() {
    return z.array(nodeSchema).optional();
  },
});
type Node = z.infer<typeof nodeSchema>;

const planSchema = z.object({ "Query Text": z.string(), Plan: nodeSchema });

/** What one statement did. */
export interface PlanSummary {
  readonly query: string;
  /** Scans and what they scan, such as `Index Scan sync_run_log.sync_run_log_pkey`. */
  readonly scans: readonly string[];
  /** Rows that its scans found or looked at and left out, of tables and of indexes. */
  readonly rows: number;
  /** Pages that it touched, in the cache or not. */
  readonly pages: number;
  /** Rows that sequential scans had to look at; 0 without one. */
  readonly scannedRows: number;
}

/** Reads what auto_explain prints as JSON. Other messages give null. */
export function readPlan(message: string): PlanSummary | null {
  const start = message.indexOf("plan:\n");
  if (start < 0) return null;
  const { "Query Text": query, Plan: root } = planSchema.parse(JSON.parse(message.slice(start + 6)));
  const nodes = flatten(root);
  const sequential = nodes.filter((node) => node["Node Type"] === "Seq Scan");
  return {
    query: query.replaceAll(/\s+/g, " ").trim(),
    scans: nodes.filter((node) => /Scan|ModifyTable/.test(node["Node Type"])).map(describe),
    pages: (root["Shared Hit Blocks"] ?? 0) + (root["Shared Read Blocks"] ?? 0),
    rows: Math.round(nodes.filter((node) => / Scan$/.test(node["Node Type"])).reduce(rowsOf, 0)),
    scannedRows: sequential.reduce(
      (sum, node) => sum + (node["Actual Rows"] ?? 0) + (node["Rows Removed by Filter"] ?? 0),
      0,
    ),
  };
}

/** Postgres gives the average of a node's loops. */
function rowsOf(sum: number, node: Node): number {
  const each = (node["Actual Rows"] ?? 0) + (node["Rows Removed by Filter"] ?? 0) +
    (node["Rows Removed by Index Recheck"] ?? 0);
  return sum + each * (node["Actual Loops"] ?? 1);
}

function flatten(node: Node): Node[] {
  return [node, ...(node.Plans ?? []).flatMap(flatten)];
}

function describe(node: Node): string {
  const place = [node["Relation Name"], node["Index Name"]].filter((name) => name !== undefined).join(".");
  return `${node["Node Type"]} ${place}`.trim();
}
