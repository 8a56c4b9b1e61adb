/** Links within the documentation lead somewhere. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { root } from "../../tools/run_deno.ts";

/** The anchor that GitHub gives a heading. */
function anchorOf(heading: string): string {
  return heading.toLowerCase().replace(/[^\w\s-]/g, "").trim().replaceAll(" ", "-");
}

async function anchors(path: string): Promise<string[]> {
  const text = (await Deno.readTextFile(path)).replace(/^```[^]*?^```/gm, "");
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => anchorOf(heading));
}

async function pagesBelow(folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(join(root, folder)));
  const found = entries.map(async ({ name, isDirectory }) => {
    if (isDirectory) return await pagesBelow(`${folder}/${name}`);
    return name.endsWith(".md") ? [`${folder}/${name}`] : [];
  });
  return (await Promise.all(found)).flat();
}

Deno.test("every link between the pages leads to a file, and to a heading that is there", async () => {
  const pages = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "UPGRADING.md"];
  pages.push(...await pagesBelow("docs"));
  for (const page of pages) {
    const text = (await Deno.readTextFile(join(root, page))).replace(/^```[^]*?^```/gm, "");
    for (const [, target = ""] of text.matchAll(/\]\(\s*([^)\s]+)\s*\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [file = "", anchor] = target.split("#");
      const path = file === "" ? join(root, page) : join(root, dirname(page), file);
      assert.ok(await Deno.stat(path).then(() => true, () => false), `${page}: ${target}`);
      if (anchor !== undefined) {
        assert.ok((await anchors(path)).includes(anchor), `${page}: ${target}, no such heading`);
      }
    }
  }
});
