/** `deno task release` in a repository of the test's own: what it commits and tags, and what it refuses. */
import assert from "node:assert/strict";
import { git } from "../../../tools/git.ts";
import { type CheckoutCopy, copyCheckout } from "../../support/hosts/checkout.ts";

/** A copy of the checkout as a git repository with one commit. */
async function repository(): Promise<CheckoutCopy> {
  const copy = await copyCheckout();
  const run = (...args: string[]) => git(copy.directory, args);
  await run("init", "--quiet");
  await run("config", "user.name", "A test");
  await run("config", "user.email", "test@example.test");
  await run("config", "commit.gpgsign", "false");
  await run("config", "tag.gpgsign", "false");
  await run("add", "--all");
  await run("commit", "--quiet", "--message", "Begin");
  return copy;
}

Deno.test("release commits what it froze and tags the commit; the next change has a version of its own", async () => {
  await using copy = await repository();
  const run = (...args: string[]) => git(copy.directory, args);
  const version = async () => JSON.parse(await copy.read("deno.json")).version;

  assert.match(await copy.task("release", "0.1.0"), /\ntagged v0\.1\.0; next: git push --follow-tags\n$/);
  assert.equal(await run("rev-parse", "v0.1.0^{commit}"), await run("rev-parse", "HEAD"));
  assert.equal(await run("log", "--format=%s", "-1"), "Release 0.1.0\n");
  assert.equal(
    await run("cat-file", "-t", "v0.1.0"),
    "tag\n",
    "an annotated one, which --follow-tags pushes",
  );
  assert.equal(await run("status", "--porcelain"), "");
  assert.equal(await version(), "0.1.0");
  assert.match(await copy.read("CHANGELOG.md"), /^## 0\.1\.0 - \d{4}-\d\d-\d\d$/m);

  await copy.task("migration:new", "greet");
  assert.equal(await version(), "0.1.1-dev");
});

Deno.test("release refuses a working tree with changes and a tag that is there, and changes nothing", async () => {
  await using copy = await repository();
  const run = (...args: string[]) => git(copy.directory, args);
  await copy.write("note.txt", "not committed\n");
  await assert.rejects(
    copy.task("release", "0.1.0"),
    /the working tree has changes: commit or stash them first/,
  );
  assert.equal(await run("status", "--porcelain"), "?? note.txt\n");
  await Deno.remove(`${copy.directory}/note.txt`);

  await run("tag", "v0.1.0");
  await assert.rejects(copy.task("release", "0.1.0"), /the tag v0\.1\.0 is there already/);
  assert.equal(await run("status", "--porcelain"), "");
});
