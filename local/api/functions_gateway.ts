import type { EdgeFunction } from "../edge_function/edge_function.ts";

/** Where the functions are below an API's address. */
export const FUNCTIONS_PATH = "/functions/v1";

/** The process of a function, by the function's name. */
export type FindFunction = (name: string) => Promise<EdgeFunction | undefined>;

/** Passes a request on to the function's process, and answers as the platform's gateway does when it is down. */
export async function callEdgeFunction(find: FindFunction, request: Request): Promise<Response> {
  const url = new URL(request.url);
  const path = url.pathname.slice(FUNCTIONS_PATH.length);
  const target = await find(path.split("/")[1] ?? "");
  if (target === undefined) {
    return failure(404, "NOT_FOUND", "Requested function was not found");
  }
  if (target.url === null) return failure(503, "BOOT_ERROR", "Function failed to start (please check logs)");
  const headers = new Headers(request.headers);
  headers.delete("host");
  try {
    return await fetch(`${target.url}${path}${url.search}`, {
      method: request.method,
      headers,
      body: request.body,
      redirect: "manual",
    });
  } catch (error) {
    // It was refused, so the function never saw it; or it ended in the middle.
    if (target.url === null) {
      return failure(503, "BOOT_ERROR", "Function failed to start (please check logs)");
    }
    return failure(
      502,
      "WORKER_ERROR",
      `Function did not answer: ${error instanceof Error ? error.message : error}`,
    );
  }
}

function failure(status: number, code: string, message: string): Response {
  return Response.json({ code, message }, { status, headers: { "access-control-allow-origin": "*" } });
}
