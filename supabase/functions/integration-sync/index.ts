import { createService } from "./http/service.ts";

Deno.serve(createService(Deno.env));
