/**
 * Repairs for postgres.js 3.4, whose pools a crash of the server would otherwise break for good. After the connection
 * of a transaction is gone, it writes the roll-back to a socket that is null, or that the server has just ended. It
 * does so in a timer, where no code can catch the error. Nor does it await the query for the array types that each new
 * connection makes. Either would end the whole process.
 */
import type { Sql } from "postgres";

const GONE = new Set([
  ...["CONNECTION_CLOSED", "CONNECTION_DESTROYED", "CONNECTION_ENDED"],
  ...["CONNECT_TIMEOUT", "ECONNREFUSED", "ECONNRESET", "EPIPE"],
  // admin_shutdown, crash_shutdown, cannot_connect_now
  ...["57P01", "57P02", "57P03"],
]);

/** Whether a query failed because its server is away or going away. */
export function isConnectionError(error: unknown): boolean {
  return GONE.has((error as { code?: string } | null)?.code ?? "");
}

let guards = 0;

/** Keeps these errors from ending the process. Returns a function that takes the guard away. */
export function guardAgainstLostSockets(): () => void {
  if (guards++ === 0) {
    globalThis.addEventListener("error", ignoreError);
    globalThis.addEventListener("unhandledrejection", ignoreRejection);
  }
  let active = true;
  return () => {
    if (!active) return;
    active = false;
    if (--guards > 0) return;
    globalThis.removeEventListener("error", ignoreError);
    globalThis.removeEventListener("unhandledrejection", ignoreRejection);
  };
}

function ignoreError(event: ErrorEvent): void {
  if (isLostSocket(event.error)) event.preventDefault();
}

function ignoreRejection(event: PromiseRejectionEvent): void {
  if (isLostSocket(event.reason) || isOwnQuestion(event.reason)) event.preventDefault();
}

/** Whether it is the driver's own question that a lost connection has left without an answer. */
function isOwnQuestion(error: unknown): boolean {
  return isConnectionError(error) && /\bb\.typarray\b/.test((error as { query?: string }).query ?? "");
}

function isLostSocket(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const isWrite = error.message.includes("reading 'write'") ||
    error.message === "This socket has been ended by the other party";
  return isWrite && /\/postgres\/3\.[^\n]*connection\.js/.test(error.stack ?? "");
}

/**
 * Makes reserved connections of a pool fail at once, instead of hanging, when their server is gone, and keeps a dead
 * one from being handed out again.
 */
export function repairReserve(driver: Sql): void {
  const reserve = driver.reserve.bind(driver);
  driver.reserve = async () => {
    const reserved = await reserve();
    let lost: unknown;
    const notice = (error: unknown): void => {
      if (isConnectionError(error)) lost = error;
    };
    return new Proxy(reserved, {
      get(target, name, receiver) {
        if (name === "release") return () => lost === undefined && target.release();
        if (name !== "unsafe") return Reflect.get(target, name, receiver) as unknown;
        return (...args: Parameters<typeof target.unsafe>) => {
          if (lost !== undefined) return Promise.reject(lost);
          const query = target.unsafe(...args);
          query.catch(notice);
          return query;
        };
      },
    });
  };
}
