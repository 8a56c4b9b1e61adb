/** The rules for plain English; a stage of `deno task test` asks the pages and comments of the project. */
import assert from "node:assert/strict";
import { proseFaults } from "../../../tools/prose/faults.ts";

const faults = (text: string, path = "f.md") => proseFaults([{ path, text }]);
const words = (count: number) => `A ${Array.from({ length: count - 1 }, () => "word").join(" ")}`;

/** A sentence, and the word in it that the check finds. */
const FOUND: readonly (readonly [text: string, word: string])[] = [
  ["Nobody sees it.", "Nobody"],
  ["It waits for somebody.", "somebody"],
  ["Whoever calls it waits.", "Whoever"],
  ["One may call it twice.", "One may"],
  ["The tick tells the admin.", "tells"],
  ["The row stands in the log.", "stands"],
  ["The next press mends it.", "mends"],
  ["It is beside the table.", "beside"],
  ["It waits no more.", "no more"],
  ["It lets the entry in? No: it lets entries in.", "lets entries in"],
  ["Ten runs, of which two failed.", "of which"],
  ["The code that was to be had.", "to be had"],
];

for (const [text, word] of FOUND) {
  Deno.test(`finds "${word}" in a page, a table and a comment`, () => {
    for (const page of [text, `# ${text}`, `- ${text}`, `| a |\n| - |\n| ${text} |`]) {
      assert.match(faults(page).join(), new RegExp(`^f\\.md:\\d: "${word}": `));
    }
    assert.match(faults(`/** ${text} */`, "f.ts").join(), new RegExp(`^f\\.ts:1: "${word}": `));
    for (const path of ["f.sql", "f.psql"]) {
      assert.match(faults(`-- ${text}\n`, path).join(), new RegExp(`^${path}:1: "${word}": `));
    }
  });
}

Deno.test("finds a word in the name of a test, and of its file", () => {
  const quote = '"';
  const typescript =
    `Deno.test(${quote}sees nobody", f);\nawait t.step(\n  \`is $\{1} told\`, f);\nlocalTest({ name: ${quote}mends it" });\n`;
  assert.deepEqual(
    faults(typescript, "it_stands_test.ts").map((fault) => fault.split(": ").slice(0, 2).join()),
    [
      'it_stands_test.ts:1,"stands"',
      'it_stands_test.ts:1,"nobody"',
      'it_stands_test.ts:2,"told"',
      'it_stands_test.ts:4,"mends"',
    ],
  );
  const sql = "select is(f('nobody'), 'nobody sees', 'it''s\ntold');\n";
  assert.deepEqual(faults(sql, "f.test.sql").map((fault) => fault.split(": ").slice(0, 2).join()), [
    'f.test.sql:1,"told"',
  ]);
});

Deno.test("finds only what is not released in the changelog", () => {
  const text = "# Changelog\n\n## Unreleased\n\n- Nobody.\n\n## 0.1.0\n\n- Nobody.\n";
  assert.deepEqual(faults(text, "CHANGELOG.md").map((fault) => fault.split(": ")[0]), ["CHANGELOG.md:5"]);
});

Deno.test("finds a sentence of 31 words, with its line", () => {
  const long = words(31).replaceAll("word word word", "word word\nword");
  assert.deepEqual(faults(`Short.\n\nShort. ${long}.\n`), [
    `f.md:3: 31 words, at most 30: "${words(11).slice(0, 50)}..."`,
  ]);
});

Deno.test("finds an average of more than 20 words of a page, and of the files of a folder", () => {
  const average = "21.0 words a sentence, at most 20";
  assert.deepEqual(faults(`${words(21)}. ${words(21)}.`), [`f.md: ${average}`]);
  const comments = [20, 22].map((count) => ({ path: `a/${count}.ts`, text: `// ${words(count)}\n` }));
  assert.deepEqual(proseFaults(comments), [`a: ${average}`]);
});

Deno.test("finds what comments of functions and of objects say", () => {
  const sql = "create function s.f() returns int language sql as $$\n" +
    "  select 1; -- nobody\n$$;\ncomment on function s.f() is 'It''s\ntold.';\n";
  assert.deepEqual(faults(sql, "f.sql").map((fault) => fault.split(": ").slice(0, 2).join()), [
    'f.sql:2,"nobody"',
    'f.sql:4,"told"',
  ]);
});

Deno.test("finds nothing in sentences of 30 words and headings", () => {
  assert.deepEqual(faults(`# ${words(30)}\n\nShort. ${words(30)}.\n`), []);
});

Deno.test("finds nothing in code, addresses and HTML", () => {
  const pages = [
    "```sql\n-- nobody\n```",
    "A class `nobody`, and `a.b`. `c` is next, e.g. `d`.",
    "[This](https://nobody.test/stands#told) and <https://nobody.test>.",
    "<!-- nobody -->",
    `Errors: ${"`a`, ".repeat(40)}\`b\` and \`c\`.`,
    `| code | text |\n| - | - |\n${"| `nobody` | a b |\n".repeat(40)}`,
  ];
  for (const page of pages) assert.deepEqual(faults(page), [], page);
});

Deno.test("finds nothing in code and literals of files", () => {
  const typescript = "const nobody = 'stands'; // fine\n// deno-lint-ignore nobody\n" +
    "/**\n * Fine.\n *\n * @example\n * ```ts\n * nobody();\n * ```\n */\n";
  assert.deepEqual(faults(typescript, "f.ts"), []);
  const sql = "select 'nobody', '-- told', nobody from s.stands;\nselect a is 'told';\n";
  assert.deepEqual(faults(sql, "f.sql"), []);
});

Deno.test("finds nothing in the errors that a comment lists", () => {
  const errors = Array.from({ length: 31 }, (_, n) => `PT409 error_${n}`).join(", ");
  assert.deepEqual(faults(`comment on function s.f() is 'Errors: ${errors}.';\n`, "f.sql"), []);
});

Deno.test("finds nothing where a word means something else", () => {
  for (
    const text of [
      "A stand-in for pg_net.",
      "`tx` stands for it.",
      "No more than two.",
      "One is enough.",
      "The other one may go.",
    ]
  ) {
    assert.deepEqual(faults(text), [], text);
  }
});

Deno.test("ends a comment where the code or the column changes", () => {
  const typescript = `a(); // ${words(20)}\n// ${words(20)}\n`;
  assert.deepEqual(faults(typescript, "f.ts"), []);
  const sql = `select 1; -- ${words(20)}\n-- ${words(20)}\n`;
  assert.deepEqual(faults(sql, "f.sql"), []);
});
