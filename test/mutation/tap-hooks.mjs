/**
 * Gives test files our collector in place of tap, so that one process can run each of their tests as often as there are mutants. A query
 * (`?load=2`) goes on to whatever a module imports of the project: it is loaded anew, as a mutant of a constant asks for.
 */
export async function resolve(specifier, context, next) {
  const { parentURL = '' } = context
  if (specifier === 'tap' && !parentURL.includes('/test/mutation/'))
    return { url: new URL('collect.ts', import.meta.url).href, shortCircuit: true }
  const resolved = await next(specifier, context)
  const load = /\?load=\d+$/.exec(parentURL)?.[0]
  return load && resolved.url.endsWith('.ts') ? { ...resolved, url: `${resolved.url}${load}` } : resolved
}
