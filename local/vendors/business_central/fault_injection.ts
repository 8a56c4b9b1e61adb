import type { ServerResponse } from "node:http";
import { delay } from "../../wait.ts";
import type { Answer } from "./api.ts";
import type { BatchOptions } from "./batch.ts";
import type { Fault } from "./faults.ts";
import { closed, send as sendText } from "../http.ts";
import { send } from "./http.ts";
import { ODataError } from "./odata_error.ts";

/** Carries a request out, a `$batch` in this way. */
export type Work = (how?: Pick<BatchOptions, "limit" | "beforeEach">) => Answer;

/** Answers requests, well or as a fault has it. */
export interface FaultInjection {
  answer(response: ServerResponse, fault: Fault | null, work: Work): Promise<void>;
  /** Lets the requests that are held go on. */
  release(): void;
  carryOutLate(): void;
  readonly lateSince: number | null;
  stop(): void;
}

/** Fault injection with requests that are held, or carried out later, on the fake's clock. */
export function createFaultInjection(now: () => number): FaultInjection {
  const late: { readonly since: number; readonly work: () => void }[] = [];
  const stopping = new AbortController();
  let releasing = new AbortController();

  async function answer(
    response: ServerResponse,
    fault: Fault | null,
    work: Work,
  ): Promise<void> {
    const workAnyway = (cut: Parameters<Work>[0] = {}): void => {
      try {
        work(cut);
      } catch (error) {
        if (!(error instanceof ODataError)) throw error;
      }
    };
    switch (fault?.kind) {
      case "status":
        if (fault.text !== undefined) return sendText(response, fault.status, fault.text, fault.headers);
        return send(response, fault.status, fault.body ?? { error: { code: "Unknown", message: "Fault." } }, {
          ...fault.headers,
        });
      case "drop":
        return void response.destroy();
      case "apply_later":
        late.push({ since: now(), work: workAnyway });
        return void response.destroy();
      case "hang":
      case "hold": {
        const gone = AbortSignal.any([stopping.signal, closed(response)]);
        const end = fault.kind === "hold" ? AbortSignal.any([gone, releasing.signal]) : gone;
        await delay(24 * 3600_000, end);
        if (fault.kind === "hang" || gone.aborted) return void response.destroy();
        break;
      }
      case "slow":
        await delay(fault.ms, stopping.signal);
        break;
      case "apply_then_drop":
      case "apply_part_then_drop":
        workAnyway(fault.kind === "apply_part_then_drop" ? { limit: fault.operations } : {});
        return void response.destroy();
      case "apply_then_status":
        workAnyway();
        return sendText(response, fault.status, "<html>Gave up.</html>", fault.headers);
    }
    const beforeEach = (index: number): void => {
      if (fault?.kind === "late_amid" && index === fault.operations) carryOutLate();
    };
    const { status, body } = work({ beforeEach });
    send(response, status, body);
  }

  function carryOutLate(): void {
    for (const { work } of late.splice(0)) work();
  }

  return {
    answer,
    release() {
      releasing.abort();
      releasing = new AbortController();
    },
    carryOutLate,
    get lateSince() {
      return late[0]?.since ?? null;
    },
    stop: () => stopping.abort(),
  };
}
