/** Gives test files our collector in place of tap, so that one process can run each of their tests as often as there are mutants. */
export async function resolve(specifier, context, next) {
  if (specifier !== 'tap' || context.parentURL?.includes('/test/mutation/')) return next(specifier, context)
  return { url: new URL('collect.ts', import.meta.url).href, shortCircuit: true }
}
