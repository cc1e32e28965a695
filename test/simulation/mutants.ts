import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { MUTATIONS, type Mutation } from './mutations.ts'
import { RULES } from './rules.ts'
import { WORKER_RULES } from './worker-rules.ts'

/** How a mutant ended. `misfit`: its text is not exactly once in its file, so nothing was proven. */
type Fate =
  | { readonly is: 'killed'; readonly by: string }
  | { readonly is: 'alive' }
  | { readonly is: 'misfit'; readonly why: string }

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const PARTS = ['src', 'schemas', 'specs', 'test', 'package.json', 'tsconfig.json']
const say = (text: string): void => void process.stdout.write(`${text}\n`)

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '20000' },
    only: { type: 'string' },
    workers: { type: 'string', default: String(os.availableParallelism()) },
  },
})
process.exitCode = await main(Number(values.seeds), values.only, Number(values.workers))

/**
 * Breaks copies of the program in each way, and runs the simulation or the named test on them. A surviving mutant was not
 * detected. `only`: a text in the name or the file of the mutants to try. `workers`: how many run at the same time.
 */
async function main(seeds: number, only: string | undefined, workers: number): Promise<number> {
  const folder = fs.mkdtempSync(path.join(ROOT, 'node_modules', '.mutants-'))
  process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }))
  const chosen = [...MUTATIONS, ...RULES, ...WORKER_RULES].filter(
    ({ name, file }) => only === undefined || name.includes(only) || file.includes(only),
  )
  const fates: Fate[] = []
  const left = [...chosen]
  const work = async (): Promise<void> => {
    const copy = copyProgram(folder)
    for (let mutation = left.shift(); mutation; mutation = left.shift()) {
      const started = performance.now()
      const fate = await fateOf(mutation, copy, seeds)
      fates.push(fate)
      say(`${wordsOf(fate).padEnd(8)} ${mutation.name} (${((performance.now() - started) / 1000).toFixed(0)} s)`)
      if (fate.is === 'killed') say(`         ${fate.by}`)
      if (fate.is === 'misfit') say(`         ${fate.why}`)
    }
  }
  await Promise.all(Array.from({ length: Math.min(workers, chosen.length) }, work))
  const count = (is: Fate['is']): number => fates.filter((fate) => fate.is === is).length
  say(`${count('killed')} killed, ${count('alive')} alive, ${count('misfit')} that fit nowhere, of ${fates.length}`)
  return count('killed') === fates.length ? 0 : 1
}

/** Copies what a mutant needs. Returns the folder of the copy. */
function copyProgram(folder: string): string {
  const copy = fs.mkdtempSync(path.join(folder, 'one-'))
  for (const part of PARTS) fs.cpSync(path.join(ROOT, part), path.join(copy, part), { recursive: true })
  // Some tests read a schema of a package by its path.
  fs.symlinkSync(path.join(ROOT, 'node_modules'), path.join(copy, 'node_modules'))
  return copy
}

function wordsOf({ is }: Fate): string {
  return is === 'misfit' ? 'MISFIT' : is === 'alive' ? 'ALIVE' : 'killed'
}

/** Breaks a copy, runs what must notice, and mends the copy. */
async function fateOf(mutation: Mutation, copy: string, seeds: number): Promise<Fate> {
  const { file, from, to, in: where } = mutation
  const target = path.join(copy, file)
  const text = fs.readFileSync(target, 'utf8')
  const times = text.split(from).length - 1
  if (times !== 1) return { is: 'misfit', why: `its text stands ${times} times in ${file}` }
  fs.writeFileSync(
    target,
    text.replace(from, () => to),
  )
  try {
    return typeof where === 'object' && 'test' in where
      ? await tested(copy, where.test)
      : await simulated(copy, where, seeds)
  } finally {
    fs.writeFileSync(target, text)
  }
}

/** Runs a test file on a copy. */
async function tested(copy: string, test: string): Promise<Fate> {
  const loader = new URL('../typescript.mjs', import.meta.url).href
  const { code, output } = await outcomeOf(copy, [`--import=${loader}`, path.join(copy, test)])
  if (code === 0) return { is: 'alive' }
  const failure = /^ *not ok \d+ - (?!.*# time=)(.*)$/m.exec(output)?.[1]
  if (failure === undefined) return { is: 'misfit', why: `it did not run: ${output.trim().slice(-300)}` }
  return { is: 'killed', by: `${test}: ${failure.slice(0, 160)}` }
}

/** Runs a copy's simulation until a violation, or until all requested worlds are done. */
async function simulated(
  copy: string,
  where: Exclude<Mutation['in'], { readonly test: string }>,
  seeds: number,
): Promise<Fate> {
  const which = typeof where === 'object' ? Object.entries(where).flatMap(([name, value]) => [`--${name}`, value]) : []
  const asked = where === 'endings' ? ['--crashes', '--seeds', '0'] : ['--seeds', String(seeds), ...which]
  const script = path.join(copy, 'test/simulation/simulate.ts')
  const { code, output } = await outcomeOf(copy, [...process.execArgv, script, '--first', '--workers', '1', ...asked])
  if (code === 0) return { is: 'alive' }
  const lines = output.split('\n')
  const at = lines.findIndex((line) => line.startsWith('VIOLATED'))
  if (at < 0) return { is: 'misfit', why: `it did not run: ${output.trim().slice(-300)}` }
  const what = lines[at + 1]?.trim() ?? ''
  if (/a run threw: (Type|Reference|Syntax)Error/.test(what)) return { is: 'misfit', why: `it is no program: ${what}` }
  return { is: 'killed', by: `${lines[at]?.replace(/^.*?, /, '')} ${what.slice(0, 160)}` }
}

function outcomeOf(
  cwd: string,
  args: readonly string[],
): Promise<{ readonly code: number | null; readonly output: string }> {
  // A slow machine must not count as a detected mutant, and the first failure detects it.
  const env = { ...process.env, TAP_TIMEOUT: '600', TAP_BAIL: '1' }
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  child.stdout.on('data', (data: Buffer) => {
    output += data.toString()
  })
  child.stderr.on('data', (data: Buffer) => {
    output += data.toString()
  })
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })))
}
