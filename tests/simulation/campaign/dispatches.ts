/**
 * Dispatches that a campaign delivers itself.
 *
 * @module
 */
import { z } from "zod";

/** An attempt as it is delivered. */
export const dispatchSchema = z.object({
  kind: z.literal("run"),
  run_id: z.uuid(),
  attempt: z.int().positive(),
  token: z.string(),
});

/** An attempt as it is delivered. */
export type Dispatch = z.infer<typeof dispatchSchema>;

// The dispatch is still a row written in the engine's transaction, but goes into a mailbox of the campaign. In the
// queue pg_net's worker would deliver it at most once and in order, and the engine must not rely on that.
/** The statements that put the mailbox in place, as a superuser. */
export const catchDispatches = `
  create schema campaign;
  create table campaign.mailbox (id bigint generated always as identity, body jsonb not null);
  create function campaign.catch_dispatch() returns trigger
  language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
  begin
    insert into campaign.mailbox (body) values (convert_from(new.body, 'UTF8')::jsonb);
    return null;
  end;
  $$;
  create trigger catch_dispatch before insert on net.http_request_queue
    for each row execute function campaign.catch_dispatch()`;
