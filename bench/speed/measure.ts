import { spawn } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'

/** A command to be measured. */
export type Contender = {
  readonly name: string
  readonly command: readonly [program: string, ...args: readonly string[]]
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  /** Exit codes other than 0 that count as success. */
  readonly codes?: readonly number[]
  /** Runs before each run, outside the measured time. */
  readonly prepare?: () => void
}

/** What the runs of one contender took. */
export type Figures = {
  readonly contender: string
  readonly runs: number
  readonly wallMs: number
  readonly leastMs: number
  readonly mostMs: number
  /** Of the process itself, not of its children; known of Node programs. */
  readonly cpuMs?: number
  readonly memoryMb?: number
}

type Run = { readonly wallMs: number; readonly cpuMs?: number; readonly memoryMb?: number }

const USAGE = path.join(import.meta.dirname, 'usage.cjs')

/** Measures contenders in turn (A B C, A B C, ...), so that a busy moment slows all of them. The first turn only warms up. */
export async function measureInTurn(contenders: readonly Contender[], runs: number): Promise<Figures[]> {
  const results = contenders.map(() => [] as Run[])
  for (let turn = 0; turn <= runs; turn++) {
    for (const [index, contender] of contenders.entries()) {
      contender.prepare?.()
      const run = await measure(contender)
      if (turn > 0) results[index]!.push(run)
    }
  }
  return contenders.map(({ name }, index) => summarise(name, results[index]!))
}

/** Measures one run of a contender. Throws if it fails: the time of a failure means nothing. */
export async function measure({ name, command, cwd, env, codes = [0] }: Contender): Promise<Run> {
  const [program, ...args] = command
  const isNode = program === process.execPath
  const usage = path.join(os.tmpdir(), `jobwright-bench-usage-${process.pid}`)
  const started = performance.now()
  const child = spawn(program, isNode ? ['--require', USAGE, ...args] : args, {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', HOME: cwd, ...env, BENCH_USAGE: usage },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    said = `${said}${text}`.slice(-2000)
  })
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve))
  const wallMs = performance.now() - started
  if (code === null || !codes.includes(code)) throw new Error(`${name} ended with ${code}:\n${said}`)
  if (!isNode) return { wallMs }
  return { wallMs, ...(JSON.parse(fs.readFileSync(usage, 'utf8')) as Required<Omit<Run, 'wallMs'>>) }
}

/** Summarises runs by their medians. */
export function summarise(contender: string, runs: readonly Run[]): Figures {
  const walls = runs.map(({ wallMs }) => wallMs)
  const cpu = runs.flatMap(({ cpuMs }) => cpuMs ?? [])
  const memory = runs.flatMap(({ memoryMb }) => memoryMb ?? [])
  return {
    contender,
    runs: runs.length,
    wallMs: median(walls),
    leastMs: Math.min(...walls),
    mostMs: Math.max(...walls),
    ...(cpu.length > 0 && { cpuMs: median(cpu), memoryMb: median(memory) }),
  }
}

/** Returns the middle value; of an even number, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const [lower, upper] = [sorted[Math.ceil(sorted.length / 2) - 1]!, sorted[Math.floor(sorted.length / 2)]!]
  return (lower + upper) / 2
}
