/**
 * `deno task release VERSION`: freezes the migrations as a release.
 *
 * @module
 */
import { join } from "node:path";
import { explain, readCommandLine, refuseCall } from "../local/command_line.ts";
import { checkoutAt } from "../cli/bundle/checkout.ts";
import { freeze } from "./migrations/freeze.ts";
import { root } from "./run_deno.ts";

const USAGE = `Usage: deno task release VERSION

Sets the version, composes, writes tools/releases/VERSION.json with the checksums that the test command verifies
from now on, and heads what is unreleased in CHANGELOG.md. Commit and tag afterwards.`;
const UNRELEASED = "## Unreleased\n";

async function main(): Promise<void> {
  const { positionals } = readCommandLine(USAGE);
  const [version] = positionals;
  if (version === undefined || positionals.length > 1) refuseCall("Give one version.", USAGE);
  try {
    const changelog = join(root, "CHANGELOG.md");
    const text = await Deno.readTextFile(changelog);
    if (!text.includes(UNRELEASED)) throw new Error("CHANGELOG.md has no section Unreleased");
    const { migrations } = await freeze(checkoutAt(root), version);
    const day = new Date().toISOString().slice(0, 10);
    await Deno.writeTextFile(changelog, text.replace(UNRELEASED, `${UNRELEASED}\n## ${version} - ${day}\n`));
    console.log(`${version}: ${Object.keys(migrations).length} migrations are frozen`);
    console.log(`git add -A && git commit -m "Release ${version}" && git tag v${version}`);
  } catch (error) {
    console.error(explain(error));
    Deno.exitCode = 1;
  }
}

if (import.meta.main) await main();
