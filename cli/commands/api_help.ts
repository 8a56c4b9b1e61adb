/** Who the commands that use the API act as. */
export const EMAIL = [
  "--email <address>",
  "sign in as this person, instead of acting as the backend",
] as const;

/** What the help of each of them ends with. */
export function apiHelp(...examples: readonly string[]): string {
  return `
Environment:
  SUPABASE_URL              the project's address
  SUPABASE_SECRET_KEY       acts as the backend, for every organisation
                            (or SUPABASE_SERVICE_ROLE_KEY)
  SUPABASE_PUBLISHABLE_KEY  with --email, instead of the secret key
                            (or SUPABASE_ANON_KEY)
  SYNC_SCHEDULER_PASSWORD   with --email; if it is not set, you are asked

Examples:
${examples.map((example) => `  npx sync-scheduler ${example}`).join("\n")}`;
}

/** The organisation in the examples. */
export const ORG = "11111111-1111-4111-8111-111111111111";
