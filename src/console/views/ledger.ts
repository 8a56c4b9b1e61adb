import { html, nothing, type TemplateResult } from "lit";
import { counted } from "../format.ts";
import type { IntegrationModel } from "../state/integration.ts";
import type { Voucher } from "../state/types.ts";
import { empty, loaded, panel, pill } from "./parts.ts";

const NEWEST = 12;

/** In development: the fake vendor's books. */
export function ledgerView(model: IntegrationModel): TemplateResult {
  const row = ({ reference, documentNumber, description, state, lines, times }: Voucher) =>
    html`
      <tr>
        <td class="number"><code>${documentNumber ?? reference}</code></td>
        <td>${description}</td>
        <td class="amount">${total(lines)}</td>
        <td>${times > 1
          ? pill("bad", `${times} times`)
          : state === "booked"
          ? pill("ok", "Booked")
          : pill(state === "refused" ? "bad" : "warn", state === "refused" ? "Refused" : "Waiting")}</td>
      </tr>
    `;
  return panel({
    id: "ledger",
    title: "The vendor's books",
    className: "wide",
    aside: model.ledger.value === null ? nothing : summary(model.ledger.value),
    body: loaded(
      model.ledger,
      (vouchers) =>
        vouchers.length === 0
          ? empty(
            "Nothing was exported yet. The fake of the vendor shows here what it received.",
          )
          : html`
            <div class="scroll" tabindex="0" role="region" aria-label="Newest vouchers">
              <table>
                <thead>
                  <tr>
                    <th scope="col">Document</th>
                    <th scope="col">Text</th>
                    <th scope="col" class="amount">NOK</th>
                    <th scope="col">State</th>
                  </tr>
                </thead>
                <tbody>${vouchers.slice(-NEWEST).reverse().map(row)}</tbody>
              </table>
            </div>
          `,
    ),
  });
}

function summary(vouchers: readonly Voucher[]): TemplateResult {
  const isTwice = vouchers.some(({ times }) => times > 1);
  return html`
    <span class="count calm">${counted(vouchers.length, "voucher")}, ${isTwice
      ? "some more than once"
      : "none twice"}</span>
  `;
}

/** The debit side; for the eye only, exact sums are the vendor's. */
function total(lines: Voucher["lines"]): string {
  const debit = lines.map(({ amount }) => Number(amount)).filter((amount) => amount > 0);
  if (debit.length === 0) return "–";
  return debit.reduce((sum, amount) => sum + amount, 0).toLocaleString("nb-NO", {
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
  });
}
