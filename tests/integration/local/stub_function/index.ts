/** Plays an Edge Function in tests of the platform itself. */
Deno.serve(async (request) => {
  const { pathname: path, search } = new URL(request.url);
  // The platform gives a function no files: this must be refused.
  const canRead = await Deno.readTextFile("/etc/passwd").then(() => true, () => false);
  return Response.json({ path, search, body: await request.text(), canRead }, { status: 202 });
});
