/**
 * The tables "What an answer means" of docs/connectors say what the code does with every status, and no other file of a
 * connector compares one with a number.
 */
import assert from "node:assert/strict";
import { join, relative } from "node:path";
import {
  statusFault as businessCentralFault,
} from "../../supabase/functions/integration-sync/connectors/business_central/fault.ts";
import { signInFault } from "../../supabase/functions/integration-sync/connectors/business_central/sign_in_fault.ts";
import {
  checkOutcome,
  isAboutEntries,
  statusFault as webhookFault,
} from "../../supabase/functions/integration-sync/connectors/webhook/fault.ts";
import {
  readFailure,
  statusFault as xledgerFault,
} from "../../supabase/functions/integration-sync/connectors/xledger/fault.ts";
import { testContext } from "../../supabase/functions/integration-sync/testing/connector_context.ts";
import { root } from "../../tools/run_deno.ts";

const CONNECTORS = join(root, "supabase/functions/integration-sync/connectors");
/** A comparison of a status with a number, or with a list of them. */
const COMPARES =
  /\bstatus\)?\s*([!=]==|[<>]=?)\s*\d|\.(includes|has)\((\w+\.)?status\)|switch \((\w+\.)?status\)/;
const CLASS = /\b(transient|rate_limited|ambiguous|permanent)\b/g;

/** Every status that is a failure. */
const STATUSES = Array.from({ length: 300 }, (_, n) => n + 300);

/** A row of a table, by its column's name. */
type Row = Readonly<Record<string, string>>;

async function readTable(page: string): Promise<Row[]> {
  const text = await Deno.readTextFile(join(root, "docs/connectors", page));
  const section = text.split("## What an answer means\n")[1]?.split("\n## ")[0] ?? "";
  const [names = [], , ...rows] = section.split("\n").filter((line) => line.startsWith("|"))
    .map((line) => line.split("|").slice(1, -1).map((cell) => cell.trim()));
  return rows.map((cells) => Object.fromEntries(names.map((name, n) => [name, cells[n] ?? ""])));
}

/** How precisely a cell names a status: not at all, by its hundred (`other 4xx`), or by its number. */
function precision(cell: string, status: number): 0 | 1 | 2 {
  const [named = "", except = ""] = cell.replace(/, such as .*/, "").split(/,? not /);
  if (except.includes(String(status))) return 0;
  if (named.includes(String(status))) return 2;
  return named.includes(`${Math.floor(status / 100)}xx`) ? 1 : 0;
}

/** The row for a status: the one that names it most precisely, the first one of equals. */
function rowOf(rows: readonly Row[], status: number): Row | undefined {
  return [2, 1].map((wanted) => rows.find((row) => precision(row.status ?? "", status) === wanted))
    .find((row) => row !== undefined);
}

function classesIn(cell: string | undefined): string[] {
  return cell?.match(CLASS) ?? [];
}

Deno.test("docs/connectors/webhook.md says what a status means for a batch and for a connection check", async () => {
  const rows = await readTable("webhook.md");
  const named = rows.filter(({ body }) => body === "names an entry of the batch");
  const usual = rows.filter(({ body }) => body === "any" || body === "anything else");
  for (const status of STATUSES) {
    const row = rowOf(usual, status);
    assert.ok(row, `${status} is in no row`);
    const isOfEntries = row.class === "permanent, of its entries";
    assert.equal(isAboutEntries(status, false), isOfEntries, `${status}`);
    assert.equal(isAboutEntries(status, true), rowOf(named, status) !== undefined, `${status}, with a name`);
    if (!isOfEntries) assert.deepEqual(classesIn(row.class), [webhookFault(status, null).class], `${status}`);
    const check = checkOutcome(status, null);
    const said = check.ok ? "reached" : `${check.failure.class}${check.isGuess ? ", a guess" : ""}`;
    assert.equal(row["a connection check"], said, `${status} to a check`);
  }
});

Deno.test("docs/connectors/xledger.md says what a status means for a request and its vouchers", async () => {
  const rows = (await readTable("xledger.md")).filter((row) => row["`errors`"] === "none");
  for (const status of STATUSES) {
    const row = rowOf(rows, status);
    assert.ok(row, `${status} is in no row`);
    const fault = xledgerFault(status, null);
    const [onWrite, onRead = onWrite] = classesIn(row.class);
    assert.deepEqual([fault.failure.class, readFailure(fault).class], [onWrite, onRead], `${status}`);
    const vouchers = fault.maybeTaken ? "unknown" : "pending";
    assert.equal(row["the vouchers of the request"]?.split(":")[0], vouchers, `${status}`);
  }
});

const OWN = { error: { code: "Application_DialogException", message: "The account is blocked." } };
const LOCK = { error: { code: "Unknown", message: "The table was locked by another user." } };

for (
  const [what, body, cells] of [
    ["its own error, of a lock", LOCK, /^(any$|its own error)/],
    ["its own error", OWN, /^(any|its own error)$/],
    ["a page", "<html></html>", /^(any|anything else)$/],
  ] as const
) {
  Deno.test(`docs/connectors/business-central.md says what a status with ${what} means for each request`, async () => {
    // A lock has a row of its own, which comes before that of other errors.
    const rows = (await readTable("business-central.md")).filter((row) => cells.test(row.body ?? ""));
    for (const status of STATUSES) {
      const row = rowOf(rows, status);
      assert.ok(row, `${status} is in no row`);
      const details = { body, retryAfter: null, context: testContext() };
      const write = businessCentralFault(status, { ...details, isWrite: true });
      const read = businessCentralFault(status, { ...details, isWrite: false });
      const classOf = (column: string) => {
        const cell = row[column] === "as a read" ? row.read : row[column];
        return classesIn(cell)[0] ?? "permanent";
      };
      assert.equal(
        signInFault(status, null, null).failure.class,
        classOf("sign-in"),
        `${status} to a sign-in`,
      );
      assert.equal(read.failure.class, classOf("read"), `${status} to a read`);
      for (const column of ["whole `$batch`", "one operation of a `$batch`", "Post"]) {
        assert.equal(write.failure.class, classOf(column), `${status} to ${column}`);
      }
      assert.equal(write.isDoubtful, classOf("Post") === "ambiguous", `${status}`);
      const isOfVoucher = row["one operation of a `$batch`"] === "its voucher is refused";
      assert.equal(write.refusal !== null, isOfVoucher, `${status}`);
    }
  });
}

Deno.test("only fault.ts and sign_in_fault.ts of a connector compare the status of an answer with numbers", async () => {
  const askers: string[] = [];
  for await (const file of shippedFiles(CONNECTORS)) {
    const path = relative(CONNECTORS, file);
    const isOfConnector = path.includes("/") && !path.startsWith("http/");
    if (isOfConnector && COMPARES.test(await Deno.readTextFile(file))) askers.push(path);
  }
  const known = ["business_central", "webhook", "xledger"].map((name) => `${name}/fault.ts`);
  assert.deepEqual(askers.sort(), [...known, "business_central/sign_in_fault.ts"].sort());
});

/** The files below a folder that an install brings. */
async function* shippedFiles(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory && name !== "testing") yield* shippedFiles(join(folder, name));
    else if (name.endsWith(".ts") && !name.endsWith("_test.ts")) yield join(folder, name);
  }
}

Deno.test("the message of a refusal says what to do next, whatever the status", () => {
  for (const status of STATUSES) {
    const failures = [webhookFault(status, null), xledgerFault(status, null).failure];
    for (const body of [OWN, null]) {
      const details = { isWrite: true, body, retryAfter: null, context: testContext() };
      failures.push(businessCentralFault(status, details).failure, signInFault(status, null, null).failure);
    }
    for (const { class: errorClass, message } of failures) {
      if (errorClass === "permanent") {
        assert.match(message, /\b(Check|Enter|Correct|Sync again|Its own log)\b/);
      }
    }
  }
});

Deno.test("docs/reference/failures.md has the class and the codes of its example, a 418", async () => {
  const page = await Deno.readTextFile(join(root, "docs/reference/failures.md"));
  const example = page.split("## An example: 418\n")[1]?.split("\n## ")[0] ?? "";
  const details = { isWrite: true, body: null, retryAfter: null, context: testContext() };
  const failures = [
    webhookFault(418, null),
    xledgerFault(418, null).failure,
    businessCentralFault(418, details).failure,
  ];
  for (const { class: errorClass, code } of failures) {
    assert.ok(example.includes(`\`${code}\``), code);
    assert.ok(example.includes(`\`${errorClass}\``), errorClass);
  }
});
