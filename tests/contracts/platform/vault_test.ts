/** What the scheduler relies on in Vault. Passes on the real extension (0.3.1 on Postgres 17) and on the stand-in. */
import assert from "node:assert/strict";
import type { Sql, TransactionSql } from "postgres";
import { usePlatform } from "../../support/platform.ts";

/** Runs `work` in a transaction that is rolled back. */
async function inRollback(work: (sql: TransactionSql) => Promise<void>): Promise<void> {
  const platform = await usePlatform();
  await using database = platform.connect();
  const sql: Sql = database.sql;
  const done = new Error("done");
  await assert.rejects(
    sql.begin(async (tx) => {
      await work(tx);
      throw done;
    }),
    done,
  );
}

Deno.test("vault.create_secret stores ciphertext, which the view decrypts", async () => {
  await inRollback(async (sql) => {
    const [row] = await sql`select vault.create_secret('hemmelig æøå', 'contract', 'a test') as id`;
    const [stored] = await sql`select name, description, secret from vault.secrets where id = ${row?.id}`;
    assert.deepEqual([stored?.name, stored?.description], ["contract", "a test"]);
    assert.doesNotMatch(stored?.secret, /hemmelig/);
    const [plain] = await sql`select decrypted_secret from vault.decrypted_secrets where id = ${row?.id}`;
    assert.equal(plain?.decrypted_secret, "hemmelig æøå");
  });
});

Deno.test("vault.update_secret changes what is given and keeps the rest", async () => {
  await inRollback(async (sql) => {
    const [row] = await sql`select vault.create_secret('one', 'contract', 'a test') as id`;
    await sql`select vault.update_secret(${row?.id}, 'two')`;
    const [after] =
      await sql`select name, description, decrypted_secret from vault.decrypted_secrets where id = ${row?.id}`;
    assert.deepEqual({ ...after }, { name: "contract", description: "a test", decrypted_secret: "two" });
  });
});

Deno.test("vault refuses a second secret of the same name", async () => {
  await inRollback(async (sql) => {
    await sql`select vault.create_secret('one', 'contract')`;
    await assert.rejects(sql.savepoint((inner) => inner`select vault.create_secret('two', 'contract')`), {
      code: "23505",
    });
  });
});

Deno.test("vault keeps its table to its functions", async () => {
  await inRollback(async (sql) => {
    const [row] = await sql`select vault.create_secret('one', 'contract') as id`;
    const writes = [
      "insert into vault.secrets (secret) values ('x')",
      "update vault.secrets set name = 'x' where true",
    ];
    for (const write of writes) {
      await assert.rejects(sql.savepoint((inner) => inner.unsafe(write)), { code: "42501" });
    }
    assert.equal((await sql`delete from vault.secrets where id = ${row?.id} returning id`).length, 1);
  });
});

Deno.test("vault refuses a secret that is null", async () => {
  await inRollback(async (sql) => {
    await assert.rejects(sql.savepoint((inner) => inner`select vault.create_secret(null)`), {
      code: "23502",
    });
  });
});

for (const role of ["anon", "authenticated"]) {
  Deno.test(`vault is closed to ${role}`, async () => {
    await inRollback(async (sql) => {
      await sql.unsafe(`set local role ${role}`);
      await assert.rejects(sql.savepoint((inner) => inner`select * from vault.decrypted_secrets`), {
        code: "42501",
      });
      await assert.rejects(sql.savepoint((inner) => inner`select vault.create_secret('x')`), {
        code: "42501",
      });
    });
  });
}
