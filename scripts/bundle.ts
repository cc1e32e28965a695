/**
 * Bundles what `tsc` and scripts/validators.ts have written to build/ into dist/: the program, the library and the action, in chunks that are loaded on
 * demand, with everything that they need. An installed package and an action then run without node_modules.
 */
import fs from 'node:fs'
import path from 'node:path'
import { build, type Metafile, type Plugin } from 'esbuild'
import { mergeChunks } from './merge-chunks.ts'

const root = path.join(import.meta.dirname, '..')
const built = path.join(root, 'build')
const dist = path.join(root, 'dist')
const LOCK_PACKAGE = path.join(root, 'node_modules', 'fs-native-extensions')
/** Platforms that Node is published for and that the lock package has binaries for. */
const PLATFORMS = ['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64', 'win32-arm64', 'win32-x64']
const BINARY = 'fs-native-extensions.node'

/** Loads the lock's binary from the folder of the bundle. */
const lockBinary: Plugin = {
  name: 'lock-binary',
  setup({ onLoad }) {
    // Use a variable: esbuild would bundle every match of a pattern in `require`.
    const contents = `const file = './prebuilds/' + process.platform + '-' + process.arch + '/${BINARY}'\nmodule.exports = require(file)`
    onLoad({ filter: /[\\/]fs-native-extensions[\\/]binding\.js$/ }, () => ({ contents, loader: 'js' }))
  },
}

const FORM = { platform: 'node', target: 'node20.19', minifyWhitespace: true, minifySyntax: true } as const

fs.rmSync(dist, { recursive: true, force: true })
const { metafile } = await build({
  entryPoints: {
    cli: path.join(built, 'start.js'),
    index: path.join(built, 'index.js'),
    // The Action of action.yml, which starts the program beside it.
    action: path.join(built, 'action', 'main.js'),
  },
  outdir: dist,
  bundle: true,
  splitting: true,
  format: 'esm',
  ...FORM,
  // No bundler detects how the UMD form of some packages loads its parts.
  mainFields: ['module', 'main'],
  sourcemap: true,
  sourcesContent: false,
  metafile: true,
  legalComments: 'none',
  // CommonJS packages load Node's own modules with `require`. The name is free: some packages import `createRequire` themselves.
  banner: {
    js: "import { createRequire as openRequire } from 'node:module'; const require = openRequire(import.meta.url)",
  },
  absWorkingDir: root,
  plugins: [lockBinary],
  logLevel: 'warning',
})
await mergeChunks(root, metafile.outputs, FORM)
// Loaded with `require` at its first use, by the program and by build/.
const validators = path.join(built, 'documents', 'check', 'validators.cjs')
const { metafile: validatorsFile } = await build({
  entryPoints: [validators.replace(/cjs$/, 'js')],
  outfile: validators,
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node20.19',
  metafile: true,
  legalComments: 'none',
  absWorkingDir: root,
  logLevel: 'warning',
})
// The page of reports, which runs in a browser. Every report has its text.
const { metafile: pageFile } = await build({
  entryPoints: [path.join(root, 'src', 'page', 'main.tsx'), path.join(root, 'src', 'page', 'page.css')],
  entryNames: 'page',
  outdir: dist,
  bundle: true,
  minify: true,
  format: 'iife',
  platform: 'browser',
  target: ['chrome123', 'firefox120', 'safari17.5'],
  jsx: 'automatic',
  jsxImportSource: 'preact',
  charset: 'utf8',
  metafile: true,
  legalComments: 'none',
  absWorkingDir: root,
  logLevel: 'warning',
})
fs.copyFileSync(validators, path.join(dist, path.basename(validators)))
for (const platform of PLATFORMS) {
  const to = path.join(dist, 'prebuilds', platform)
  fs.mkdirSync(to, { recursive: true })
  fs.copyFileSync(path.join(LOCK_PACKAGE, 'prebuilds', platform, BINARY), path.join(to, BINARY))
}
for (const file of declarationsFrom('index.d.ts')) {
  const to = path.join(dist, file)
  fs.mkdirSync(path.dirname(to), { recursive: true })
  fs.copyFileSync(path.join(built, file), to)
}
const inside = packagesIn({ ...metafile.inputs, ...validatorsFile.inputs, ...pageFile.inputs })
fs.writeFileSync(path.join(dist, 'licences.txt'), inside.map(licenceOf).join(`\n${'-'.repeat(80)}\n\n`))
fs.writeFileSync(path.join(dist, 'sbom.cdx.json'), `${JSON.stringify(sbomOf(inside), undefined, 2)}\n`)

/** Lists a declaration file and its imports, by their paths in build/. Node's types are the only package types allowed. */
function declarationsFrom(entry: string): ReadonlySet<string> {
  const found = new Set([entry])
  for (const file of found) {
    const text = fs.readFileSync(path.join(built, file), 'utf8')
    for (const [, from = ''] of text.matchAll(/(?:from|import\()\s*'([^']+)'/g)) {
      if (from.startsWith('.')) found.add(path.join(path.dirname(file), from.replace(/\.[jt]s$/, '.d.ts')))
      else if (!from.startsWith('node:')) throw new Error(`${file} shows a type of ${from} to the users of the library`)
    }
  }
  return found
}

type Package = { readonly folder: string; readonly name: string; readonly version: string; readonly license: string }

/** Lists the packages in the bundle, by name and version. */
function packagesIn(inputs: Metafile['inputs']): Package[] {
  const folders = new Set(
    Object.keys(inputs).flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []),
  )
  return [...folders]
    .map((folder) => {
      const { name, version, license } = JSON.parse(
        fs.readFileSync(path.join(root, folder, 'package.json'), 'utf8'),
      ) as Package
      return { folder, name, version, license }
    })
    .sort((a, b) => (`${a.name} ${a.version}` < `${b.name} ${b.version}` ? -1 : 1))
}

/** A package and the text of its licence. */
function licenceOf({ folder, name, version, license }: Package): string {
  const file = fs.readdirSync(path.join(root, folder)).find((one) => /^licen[cs]e(\.|-|$)/i.test(one))
  const text = file === undefined ? '' : fs.readFileSync(path.join(root, folder, file), 'utf8')
  return `${name} ${version} (${license})\n\n${text}`
}

/** Describes the contents of the bundle in CycloneDX 1.5. */
function sbomOf(packages: readonly Package[]): object {
  const { name, version } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as Package
  const purl = (one: Pick<Package, 'name' | 'version'>): string =>
    `pkg:npm/${one.name.replace('@', '%40')}@${one.version}`
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: { component: { type: 'application', name, version, purl: purl({ name, version }) } },
    components: packages.map((one) => ({
      type: 'library',
      name: one.name,
      version: one.version,
      purl: purl(one),
      licenses: [{ expression: one.license }],
    })),
  }
}
