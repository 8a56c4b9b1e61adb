/**
 * Cleans up when nothing else can: after a `kill -9`, a closed terminal, or an exit without a chance to await.
 *
 * It is a shell that waits for the end of its stdin, which the kernel closes together with the process that holds
 * the other end, however that process ends. If the scratch directory is still there by then, it ends the Postgres
 * that runs in it and removes it. It ignores the signals that a terminal sends to everybody.
 */
const SCRIPT = `
trap '' INT TERM HUP
cat > /dev/null
[ -d "$1" ] || exit 0
pid=$(head -n 1 "$1/data/postmaster.pid" 2> /dev/null)
if [ -n "$pid" ]; then
  kill -QUIT "$pid" 2> /dev/null
  tries=0
  while kill -0 "$pid" 2> /dev/null && [ "$tries" -lt 50 ]; do tries=$((tries + 1)); sleep 0.1; done
  kill -KILL "$pid" 2> /dev/null
fi
rm -rf "$1"
# A process that ends just now may still have made something.
sleep 1
rm -rf "$1"
`;

/** A watcher over one scratch directory. */
export interface Janitor {
  /** Lets it go, after the directory has been removed. */
  dismiss(): Promise<void>;
}

/** Starts the janitor of a scratch directory. */
export function startJanitor(directory: string): Janitor {
  const process = new Deno.Command("/bin/sh", {
    args: ["-c", SCRIPT, "janitor", directory],
    cwd: "/",
    stdin: "piped",
    stdout: "null",
    stderr: "null",
    // Else Deno kills it when an uncaught error ends this process.
    detached: true,
  }).spawn();
  return {
    async dismiss() {
      await process.stdin.close().catch(() => {});
      await process.status;
    },
  };
}
