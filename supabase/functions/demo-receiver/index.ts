import { createDemoReceiver } from "./demo_receiver.ts";

Deno.serve(createDemoReceiver(Deno.env));
