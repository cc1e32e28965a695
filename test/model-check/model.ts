import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { KINDS, LIMITS, RULES } from './cases.ts'
import { type Checked, type Configuration, check } from './checker.ts'

/*
 * `npm run model`: searches every state of the create protocol. Each configuration is searched by a process of its own, two at a time.
 * `--trace RULE` prints the counterexample of a removed rule.
 */

/** Two processes and two faults; and one process with a raised run. */
const FULL: readonly Configuration[] = KINDS.flatMap((kind) => [
  { ...kind, processes: 2, faults: 2 },
  { ...kind, processes: 1, runs: 2, faults: 2 },
])

/** `--deep` adds these: a third fault, and two processes with a raised run. They take hours. */
const DEEP: readonly Configuration[] = KINDS.flatMap((kind) => [
  { ...kind, processes: 2, faults: 3 },
  { ...kind, processes: 2, runs: 2, faults: 2 },
])

const say = (text: string): void => void process.stdout.write(`${text}\n`)

const { values } = parseArgs({
  options: { trace: { type: 'string' }, worker: { type: 'string' }, deep: { type: 'boolean', default: false } },
})
if (values.worker !== undefined) say(JSON.stringify(check(JSON.parse(values.worker) as Configuration)))
else if (values.trace !== undefined) process.exitCode = showTrace(values.trace)
else process.exitCode = await main(values.deep ? [...FULL, ...DEEP] : FULL)

function showTrace(name: string): number {
  const rule = RULES.find((one) => one.name === name)
  if (!rule) {
    say(`no rule is called ${name}; there are ${RULES.map((one) => one.name).join(', ')}`)
    return 1
  }
  const { violated, trace, states } = check({ ...rule.at, removed: name }, { traced: true })
  say(`Without "${rule.words}" (${rule.at.kind}), ${violated} fails after ${states} states:`)
  for (const [index, action] of trace.entries()) say(`${String(index + 1).padStart(4)}  ${action}`)
  return 0
}

async function main(configurations: readonly Configuration[]): Promise<number> {
  const started = performance.now()
  const waiting = [...configurations]
  const found: Checked[] = []
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const from = performance.now()
      const checked = await checkApart(next)
      found.push(checked)
      say(`${wordsOf(next)}: ${outcomeOf(checked)} (${secondsSince(from)} s)`)
    }
  }
  await Promise.all([work(), work()])
  const removed = RULES.filter(({ name, at }) => !check({ ...at, removed: name }).holds).length
  say(`${removed} of ${RULES.length} removed rules have a counterexample`)
  const limits = LIMITS.filter(({ name, at }) => !check({ ...at, beyond: name }).holds).length
  say(`${limits} of ${LIMITS.length} limits are shown`)
  const states = found.reduce((sum, one) => sum + one.states, 0)
  say(`${states} states in ${secondsSince(started)} s`)
  const isProven = found.every(({ holds }) => holds) && removed === RULES.length && limits === LIMITS.length
  return isProven ? 0 : 1
}

function wordsOf({ kind, isMarked, processes, runs = 1, faults }: Configuration): string {
  const name = isMarked === false ? `${kind} (unmarked)` : kind
  return `${name}; processes ${processes}, policy.run up to ${runs}, faults ${faults}`
}

function outcomeOf({ holds, violated, states }: Checked): string {
  return holds ? `all properties hold in ${states} states` : `${violated} fails, after ${states} states`
}

function secondsSince(from: number): string {
  return ((performance.now() - from) / 1000).toFixed(0)
}

/** The checker holds its thread, so that each search has a process of its own. */
async function checkApart(configuration: Configuration): Promise<Checked> {
  const script = [...process.execArgv, fileURLToPath(import.meta.url)]
  const child = spawn(process.execPath, [...script, '--worker', JSON.stringify(configuration)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part
  })
  await new Promise((resolve) => child.once('close', resolve))
  if (text === '') throw new Error(`the search of ${wordsOf(configuration)} ended without an answer`)
  return JSON.parse(text) as Checked
}
