/**
 * People who can sign in with a password, in a small Auth as in a full stack's.
 *
 * @module
 */
import type { Sql } from "postgres";

/** The password of everybody. */
export const PASSWORD = "password123";

/**
 * Inserts confirmed people and returns their ids.
 *
 * @param sql A connection as the role `postgres`.
 * @param emails Their addresses, by name.
 */
export async function createPeople<Name extends string>(
  sql: Sql,
  emails: Readonly<Record<Name, string>>,
): Promise<Record<Name, string>> {
  const [auth] = await sql<{ hash: string; has_instances: boolean }[]>`
    select extensions.crypt(${PASSWORD}, extensions.gen_salt('bf', 4)) as hash, exists (
      select from information_schema.columns
      where table_schema = 'auth' and table_name = 'users' and column_name = 'instance_id'
    ) as has_instances`;
  if (auth === undefined) throw new Error("the database did not answer");
  const now = new Date();
  const times = { created_at: now, updated_at: now };
  const users = Object.values<string>(emails).map((email) => ({
    id: crypto.randomUUID(),
    aud: "authenticated",
    role: "authenticated",
    email,
    encrypted_password: auth.hash,
    email_confirmed_at: now,
    raw_app_meta_data: sql.json({ provider: "email", providers: ["email"] }),
    raw_user_meta_data: sql.json({}),
    // The Auth server of a full stack cannot read nulls here.
    confirmation_token: "",
    recovery_token: "",
    email_change: "",
    email_change_token_new: "",
    ...times,
    // It also looks people up by instance; smaller ones have no such column.
    ...(auth.has_instances ? { instance_id: "00000000-0000-0000-0000-000000000000" } : {}),
  }));
  const identities = users.map(({ id, email }) => ({
    id: crypto.randomUUID(),
    provider: "email",
    provider_id: id,
    user_id: id,
    identity_data: sql.json({ sub: id, email, email_verified: true }),
    ...times,
  }));
  await sql`insert into auth.users ${sql(users)}`;
  await sql`insert into auth.identities ${sql(identities)}`;
  const ids = Object.keys(emails).map((name, n) => [name, users[n]?.id]);
  return Object.fromEntries(ids) as Record<Name, string>;
}
