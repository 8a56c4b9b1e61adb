/** A voucher as an external system shows it to its own people. */
export interface BookedVoucher {
  /** Under which it is found there: the entry's key, a voucher number, a document number. */
  readonly reference: string;
  readonly documentNumber: string | null;
  readonly postingDate: string | null;
  readonly description: string;
  /** `waiting` is received and not booked, `refused` waits there for a person. */
  readonly state: "booked" | "waiting" | "refused";
  readonly lines: readonly { readonly account: string; readonly amount: string }[];
  /** How often it was booked. Anything above 1 is a wrong ledger. */
  readonly times: number;
}

/** An external system that runs next to the platform, with its books. */
export interface Vendor {
  readonly integrationType: "webhook" | "xledger" | "dynamics";
  readonly name: string;
  readonly url: string;
  /** All vouchers, in the order in which they arrived; with an organisation those that it exported. */
  ledger(orgId?: string): readonly BookedVoucher[];
}
