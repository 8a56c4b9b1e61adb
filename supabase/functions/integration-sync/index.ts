import { createService } from "./service.ts";

Deno.serve(createService(Deno.env));
