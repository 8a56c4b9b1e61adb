/**
 * What the external systems of the platform have in their books, in one form for all of them.
 *
 * @module
 */
import { z } from "zod";
import {
  formatDecimal,
  negateDecimal,
  parseDecimal,
} from "../../supabase/functions/integration-sync/vouchers/decimal.ts";
import type { BusinessCentral } from "./business_central/business_central.ts";
import { fromCents } from "./business_central/exact_json.ts";
import type { BookedVoucher } from "./vendor.ts";
import type { WebhookReceiver } from "./webhook_receiver.ts";
import type { ImportNode } from "./xledger/ledger.ts";
import type { XledgerVendor } from "./xledger/server.ts";

// Whatever a host exports: what is no voucher is shown without its lines.
const payloadSchema = z.object({
  posting_date: z.string(),
  description: z.string(),
  lines: z.array(
    z.object({ account: z.string(), debit: z.string().optional(), credit: z.string().optional() }),
  ),
});

/** The entries that a receiver of webhooks has taken, of one organisation or of all. */
export function receiverBooks(receiver: WebhookReceiver, orgId?: string): BookedVoucher[] {
  const taken = [...receiver.ledger].filter(([, { org_id }]) => orgId === undefined || org_id === orgId);
  return taken.map(([entry_key, { external_id, document_number, payload, count }]) => {
    const voucher = payloadSchema.safeParse(payload).data;
    return {
      reference: external_id,
      documentNumber: document_number,
      postingDate: voucher?.posting_date ?? null,
      description: voucher?.description ?? entry_key,
      state: "booked",
      lines: (voucher?.lines ?? []).map(({ account, debit, credit }) => ({
        account,
        amount: debit ?? negated(credit ?? "0"),
      })),
      times: count,
    };
  });
}

/** Xledger's journal, and behind it what waits for its import or was refused by it. */
export function xledgerBooks(vendor: XledgerVendor): BookedVoucher[] {
  const { journal, staged } = vendor.ledger;
  const booked = Map.groupBy(journal, ({ transactionNumber }) => transactionNumber);
  const counts = vendor.ledger.counts();
  const waiting = Map.groupBy(staged.filter(({ state }) => state !== "imported"), nameOf);
  return [
    ...[...booked].map(([number, entries]): BookedVoucher => {
      const nodes = entries.map(({ node }) => node);
      const times = Math.max(...nodes.map(({ extIdentifier }) => counts.get(extIdentifier ?? "") ?? 1));
      return { ...head(nodes), reference: String(number), state: "booked", times };
    }),
    ...[...waiting].map(([name, items]): BookedVoucher => ({
      ...head(items.map(({ node }) => node)),
      reference: name,
      state: items.some(({ state }) => state === "refused") ? "refused" : "waiting",
      times: 0,
    })),
  ];
}

/** Business Central's general ledger, and behind it the documents whose lines are in the journal. */
export function businessCentralBooks({ company, journal }: BusinessCentral): BookedVoucher[] {
  const documentOf = ({ documentNumber, postingDate }: { documentNumber: string; postingDate: string }) =>
    `${documentNumber} ${postingDate}`;
  const toVoucher = (
    lines: readonly {
      documentNumber: string;
      postingDate: string;
      description: string;
      accountNumber: string;
      amount: bigint;
    }[],
    state: BookedVoucher["state"],
    times: number,
  ): BookedVoucher => ({
    reference: lines[0]?.documentNumber ?? "",
    documentNumber: lines[0]?.documentNumber ?? null,
    postingDate: lines[0]?.postingDate ?? null,
    description: lines[0]?.description ?? "",
    state,
    lines: lines.map(({ accountNumber, amount }) => ({
      account: accountNumber,
      amount: fromCents(amount).digits,
    })),
    times,
  });
  return [
    ...[...Map.groupBy(company.ledger, documentOf).values()].map((entries) =>
      toVoucher(entries, "booked", new Set(entries.map(({ posting }) => posting)).size)
    ),
    ...[...Map.groupBy(journal.lines, documentOf).values()].map((lines) => toVoucher(lines, "waiting", 0)),
  ];
}

function nameOf({ node, dbId }: { node: ImportNode; dbId: number }): string {
  return node.extIdentifier?.split(".")[0] ?? String(dbId);
}

function head(nodes: readonly ImportNode[]) {
  const [first] = nodes;
  return {
    documentNumber: typeof first?.invoiceNumber === "string" ? first.invoiceNumber : null,
    postingDate: first?.postedDate ?? null,
    description: first?.text ?? "",
    lines: nodes.map(({ account, invoiceAmount, amount }) => ({
      account: account?.code ?? "",
      amount: invoiceAmount ?? amount ?? "",
    })),
  };
}

function negated(amount: string): string {
  const decimal = parseDecimal(amount);
  return decimal === null ? `-${amount}` : formatDecimal(negateDecimal(decimal));
}
