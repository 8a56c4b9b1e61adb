import type { Person } from "../../src/console/config.ts";

/** The password of everybody in the seed. */
export const PASSWORD = "password123";

/** Who is in the seed, by their rights. */
export const PEOPLE: readonly Person[] = [
  person(1, "admin", "Astrid Admin", "Admin of Fjordfisk AS"),
  person(2, "coordinator", "Kåre Koordinator", "Coordinator of Fjordfisk AS"),
  person(3, "viewer", "Vårin Viser", "Viewer of Fjordfisk AS"),
  person(4, "outsider", "Øystein Utenfor", "Admin of Blåbær Økonomi AS"),
];

function person(number: number, mailbox: string, name: string, role: string): Person {
  return { id: `0b000000-0000-4000-8000-00000000000${number}`, email: `${mailbox}@example.test`, name, role };
}
