/// <reference lib="dom" />
/** A person of the seed, whom a developer may sign in as. */
export interface Person {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  /** What they may do, in words. */
  readonly role: string;
}

/** What the server of the page gives it. */
export interface ConsoleConfig {
  readonly apiUrl: string;
  readonly publishableKey: string;
  /** For one press instead of a password; empty outside of development. */
  readonly people: readonly Person[];
  readonly password: string;
  /** Where the books of the fake vendors are shown; null outside of development. */
  readonly ledgerUrl: string | null;
}

/** Reads what the server has written into the page. */
export function readConfig(): ConsoleConfig {
  const text = document.getElementById("config")?.textContent ?? "{}";
  const config = JSON.parse(text) as Partial<ConsoleConfig>;
  if (config.apiUrl === undefined || config.publishableKey === undefined) {
    throw new Error("The page was served without its configuration.");
  }
  const { apiUrl, publishableKey, people = [], password = "", ledgerUrl = null } = config;
  return { apiUrl, publishableKey, people, password, ledgerUrl };
}
