import { startBusinessCentral } from "../../local/vendors/business_central/business_central.ts";
import { startWebhookReceiver } from "../../local/vendors/webhook_receiver.ts";
import { startXledger } from "../../local/vendors/xledger/server.ts";

/** A fake vendor to export to, as the exporting process needs it. */
export interface Target {
  readonly integrationType: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly credentials: Readonly<Record<string, string>>;
}

/** A running fake. */
export interface BenchVendor extends AsyncDisposable {
  readonly name: string;
  readonly target: Target;
}

/** Starts a fake of each vendor; `limited`: with the vendor's own limits, else with none. */
export const startVendors: Readonly<Record<string, (limited: boolean) => Promise<BenchVendor>>> = {
  async webhook() {
    const receiver = await startWebhookReceiver();
    return {
      name: "webhook",
      target: {
        integrationType: "webhook",
        config: { url: receiver.url },
        credentials: { signing_secret: `whsec_${btoa("a secret of the benchmark")}` },
      },
      [Symbol.asyncDispose]: () => receiver.stop(),
    };
  },
  async xledger(limited) {
    const vendor = await startXledger(
      limited ? {} : { behaviour: { burst: { requests: Infinity, perMs: 5000 } } },
    );
    return {
      name: "Xledger",
      target: {
        integrationType: "xledger",
        config: {
          url: vendor.url,
          transaction_sources: { expense: "EX" },
          dimensions: { department: { to: "glObject1", codes: { Salg: "10" } } },
        },
        credentials: { token: vendor.token },
      },
      [Symbol.asyncDispose]: () => vendor.stop(),
    };
  },
  async dynamics(limited) {
    const fake = await startBusinessCentral();
    if (!limited) Object.assign(fake.limits, { concurrent: Infinity, perFiveMinutes: Infinity });
    const { tenant_id, client_id, client_secret } = fake.app;
    return {
      name: "Business Central",
      target: {
        integrationType: "dynamics",
        config: {
          tenant_id,
          environment: fake.environment,
          company: fake.company.name,
          journal: fake.journal.code,
          currency: "NOK",
          dimensions: { department: { to: "AVDELING" } },
          ignored_fields: { voucher: ["voucher_type"] },
          api_url: fake.url,
          login_url: fake.url,
          // Without limits large batches, so that the fake is not what is measured.
          ...(limited ? {} : { batch_size: 100 }),
        },
        credentials: { client_id, client_secret },
      },
      [Symbol.asyncDispose]: () => fake[Symbol.asyncDispose](),
    };
  },
};
