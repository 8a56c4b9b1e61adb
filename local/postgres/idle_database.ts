/** A second migrated database of a server, which nothing works in: tests copy it. */
export const IDLE_DATABASE = "idle";
