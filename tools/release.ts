/**
 * `deno task release VERSION`: freezes the migrations as a release, commits and tags it.
 *
 * @module
 */
import { join } from "node:path";
import { checkoutAt } from "../cli/bundle/checkout.ts";
import { readCommandLine, refuseCall, runTask } from "../local/command_line.ts";
import { git } from "./git.ts";
import { freeze } from "./migrations/freeze.ts";
import { writeJsrVersion } from "./package/jsr_version.ts";
import { root } from "./run_deno.ts";

const USAGE = `Usage: deno task release VERSION

Sets the version, composes, writes tools/releases/VERSION.json with the checksums that the test command verifies
from now on, and heads what is unreleased in CHANGELOG.md. Commits that and tags the commit vVERSION; the push is
yours. Needs a clean working tree. Outside of a git repository it only writes the files.`;
const UNRELEASED = "## Unreleased\n";

async function main(): Promise<void> {
  const { positionals } = readCommandLine(USAGE);
  const [version] = positionals;
  if (version === undefined || positionals.length > 1) refuseCall("Give one version.", USAGE);
  const tag = `v${version}`;
  const isRepository = await Deno.stat(join(root, ".git")).then(() => true, () => false);
  if (isRepository) await refuseUnclean(tag);
  const changelog = join(root, "CHANGELOG.md");
  const text = await Deno.readTextFile(changelog);
  if (!text.includes(UNRELEASED)) throw new Error("CHANGELOG.md has no section Unreleased");
  const { migrations } = await freeze(checkoutAt(root), version);
  const day = new Date().toISOString().slice(0, 10);
  await Deno.writeTextFile(changelog, text.replace(UNRELEASED, `${UNRELEASED}\n## ${version} - ${day}\n`));
  await writeJsrVersion(root);
  console.log(`${version}: ${Object.keys(migrations).length} migrations are frozen`);
  if (!isRepository) return;
  await git(root, ["add", "--all"]);
  await git(root, ["commit", "--quiet", "--message", `Release ${version}`]);
  await git(root, ["tag", "--annotate", tag, "--message", `Release ${version}`]);
  console.log(`tagged ${tag}; next: git push --follow-tags`);
}

/** A release is what is committed: nothing else may get into it, and a tag never moves. */
async function refuseUnclean(tag: string): Promise<void> {
  if (await git(root, ["status", "--porcelain"]) !== "") {
    throw new Error("the working tree has changes: commit or stash them first");
  }
  if (await git(root, ["tag", "--list", tag]) !== "") throw new Error(`the tag ${tag} is there already`);
}

if (import.meta.main) await runTask(main);
