/**
 * Packages that most runs do not need. The bundle has each in a file of its own, and loads it when one of its exports is first used: to
 * compile and run such a package takes a tenth of a short command's time.
 */
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild'

const PACKAGES = ['croner', 'diff', 'jsonc-parser', 'yaml']

/** Replaces the packages' exports with ones that load the package. */
export const onDemand: Plugin = {
  name: 'on-demand',
  setup({ onResolve, onLoad }) {
    const filter = new RegExp(`^(${PACKAGES.join('|')})$`)
    onResolve({ filter }, ({ path: name }) => ({ path: name, namespace: 'on-demand' }))
    onLoad({ filter, namespace: 'on-demand' }, async ({ path: name }) => ({ contents: await formatStubs(name) }))
  },
}

/** Writes the file of each package into a folder. Returns what is in them. */
export async function bundleOnDemand(folder: string, options: BuildOptions): Promise<Metafile['inputs']> {
  const files = PACKAGES.map((name) => [nameOf(name), name] as const)
  const { metafile } = await build({
    ...options,
    entryPoints: Object.fromEntries(files),
    outdir: folder,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    format: 'cjs',
    metafile: true,
    legalComments: 'none',
    logLevel: 'warning',
  })
  return metafile.inputs
}

/**
 * Each export is a variable. Its first use loads the package and sets all of them to the real exports, so a later use costs nothing.
 */
async function formatStubs(name: string): Promise<string> {
  const found = Object.entries((await import(name)) as Record<string, unknown>)
  const all = found.filter(([one]) => one !== 'default' && one !== '__esModule')
  const stubs = all.map(([one, value]) => {
    if (typeof value === 'function')
      return `export let ${one} = function (...given) { load(); return new.target ? new ${one}(...given) : ${one}(...given) }`
    return `export let ${one} = new Proxy({}, { get: (_, member) => (load(), ${one}[member]) })`
  })
  return `import { createRequire } from 'node:module'
const open = createRequire(import.meta.url)
const load = () => { ({ ${all.map(([one]) => one).join(', ')} } = open('./${nameOf(name)}.cjs')) }
${stubs.join('\n')}
`
}

/** A name that no chunk and no verb has. */
function nameOf(name: string): string {
  return `on-demand-${name}`
}
