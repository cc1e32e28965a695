import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const OPTIONS = {
  loader: 'ts',
  target: 'node20',
  sourcemap: 'inline',
  tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
}
const CACHE = fileURLToPath(new URL('../node_modules/.cache/typescript/', import.meta.url))

/** Loads a TypeScript file as the JavaScript that esbuild makes of it, and keeps that for the next process. */
export async function load(url, context, next) {
  if (!/\.ts(\?|$)/.test(url)) return next(url, context)
  const file = fileURLToPath(url)
  const text = fs.readFileSync(file, 'utf8')
  const known = path.join(CACHE, `${createHash('sha256').update(file).update(text).digest('hex')}.js`)
  return { format: 'module', shortCircuit: true, source: read(known) ?? (await transformed(text, file, known)) }
}

function read(file) {
  try {
    return fs.readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

async function transformed(text, file, known) {
  const { transform } = await import('esbuild')
  const { code } = await transform(text, { ...OPTIONS, sourcefile: file })
  fs.mkdirSync(CACHE, { recursive: true })
  const beside = `${known}.${process.pid}`
  fs.writeFileSync(beside, code)
  fs.renameSync(beside, known)
  return code
}
