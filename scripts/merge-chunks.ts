/**
 * Merges the chunks of a bundle. esbuild makes a chunk for each set of entries that share code, and every verb is an entry. A verb would
 * load 50 files, and Node spends more time on the files than on what is in them. Chunks that the same classes of entries need become one.
 */
import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { type BuildOptions, build, type Metafile } from 'esbuild'

type Output = Metafile['outputs'][string]

/** Verbs that run often. Each is a class of its own, so that it loads only what it needs. */
const OFTEN = /^(validate|plan|reconcile|status)-/
/** All that a start needs becomes one chunk, and so does what a repeated plan needs beside it. Another entry that needs a part of one loads all of it. */
const FIRST = ['start', 'recall']
/** Entries that need the client of the queue, which no other run loads. */
const OF_QUEUE = /^build\/(workers|commands\/worker)\//
/** An entry that needs little. */
const LIGHT = /^explain-/

/** Merges the chunks in a folder. `outputs` is what esbuild says of them, by path from `root`. */
export async function mergeChunks(
  root: string,
  outputs: Metafile['outputs'],
  options: Pick<BuildOptions, 'platform' | 'target' | 'minifyWhitespace' | 'minifySyntax'>,
): Promise<void> {
  const files = Object.keys(outputs).filter((file) => file.endsWith('.js'))
  const folder = path.join(root, path.dirname(files[0]!))
  const groups = groupChunks(outputs).filter((members) => isMergeable(members.map((file) => outputs[file]!)))
  const merged = new Map(groups.flatMap((members) => members.map((file) => [path.basename(file), nameOf(members)])))
  for (const members of groups) {
    const names = new Set(members.map((file) => path.basename(file)))
    await build({
      ...options,
      stdin: { contents: [...names].map((name) => `export * from './${name}'`).join('\n'), resolveDir: folder },
      outfile: path.join(folder, nameOf(members)),
      bundle: true,
      format: 'esm',
      sourcemap: true,
      sourcesContent: false,
      legalComments: 'none',
      plugins: [
        {
          name: 'other-chunks',
          setup({ onResolve }) {
            onResolve({ filter: /^\.\/[^/]+\.js$/ }, ({ path: from }) => {
              const name = path.basename(from)
              return names.has(name) ? undefined : { path: `./${merged.get(name) ?? name}`, external: true }
            })
          },
        },
      ],
      logLevel: 'warning',
    })
  }
  for (const file of files) {
    const at = path.join(root, file)
    if (merged.has(path.basename(file))) for (const one of [at, `${at}.map`]) fs.rmSync(one)
    else fs.writeFileSync(at, rename(fs.readFileSync(at, 'utf8'), merged))
  }
}

/** Groups the chunks by the classes of the entries that need them. A group never imports one that imports it. */
function groupChunks(outputs: Metafile['outputs']): string[][] {
  const classes = new Map<string, Set<string>>()
  const visit = (file: string, name: string): void => {
    for (const { path: needed, kind } of outputs[file]!.imports) {
      if (kind !== 'import-statement' || outputs[needed] === undefined) continue
      const known = classes.get(needed) ?? new Set()
      classes.set(needed, known)
      if (known.has(name)) continue
      known.add(name)
      visit(needed, name)
    }
  }
  for (const [file, { entryPoint }] of Object.entries(outputs))
    if (entryPoint !== undefined) visit(file, classify(file, entryPoint))
  const groups = new Map<string, string[]>()
  for (const [file, names] of classes) {
    const key = FIRST.find((one) => names.has(one)) ?? [...names].sort().join(' ')
    groups.set(key, [...(groups.get(key) ?? []), file])
  }
  return [...groups.values()].map((members) => members.sort())
}

function classify(file: string, entryPoint: string): string {
  const name = path.basename(file)
  if (/^(cli|action)\b/.test(name)) return name.startsWith('cli') ? 'start' : 'action'
  if (OFTEN.test(name)) return name
  if (name.startsWith('recall-')) return 'recall'
  if (LIGHT.test(name)) return 'light'
  if (OF_QUEUE.test(entryPoint)) return 'queue'
  return /^build\/(commands|session|index)/.test(entryPoint) ? 'verb' : 'aws'
}

/** Returns true if the names of several chunks can stand in one module. */
function isMergeable(members: readonly Output[]): boolean {
  const names = members.flatMap((one) => one.exports)
  return members.length > 1 && new Set(names).size === names.length && !names.includes('default')
}

/** The name has the length of esbuild's, so that the places in source maps stay true. */
function nameOf(members: readonly string[]): string {
  return `chunk-${createHash('sha256').update(members.join()).digest('hex').slice(0, 8).toUpperCase()}.js`
}

function rename(text: string, merged: ReadonlyMap<string, string>): string {
  return text.replace(/"\.\/(chunk-[A-Z0-9]{8}\.js)"/g, (_, name: string) => `"./${merged.get(name) ?? name}"`)
}
