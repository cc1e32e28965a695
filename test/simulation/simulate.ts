import { execFileSync, fork } from 'node:child_process'
import os from 'node:os'
import { fileURLToPath } from 'node:url'
import { type Arguments, argumentsOf, HELP } from './arguments.ts'
import { coverageOf, isSituation } from './coverage.ts'
import { carryOut, type Done, endings, liveSeed, liveVariation, type Work } from './work.ts'

const CHUNK = 50
/** Unlike tsx, this loader adds no code to closures. Most objects of a world die young. */
const WORKER_OPTIONS = [`--import=${new URL('../typescript.mjs', import.meta.url).href}`, '--max-semi-space-size=32']
const say = (text: string): void => void process.stdout.write(`${text}\n`)
// A run that polls for long leaves listeners on its own signal, which is expected here.
process.removeAllListeners('warning')

if (process.send) work()
else process.exitCode = await begin(process.argv.slice(2))

/** A worker does the work it is sent, until there is no more. */
function work(): void {
  // Errors are part of the work. A seed that is run alone shows where they come from.
  Error.stackTraceLimit = 0
  process.on('message', (task: Work) => {
    void carryOut(task).then((done) => process.send?.(done))
  })
}

async function begin(argv: readonly string[]): Promise<number> {
  let options: ReturnType<typeof argumentsOf>
  try {
    options = argumentsOf(argv)
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\nSee npm run simulate -- --help\n`)
    return 2
  }
  if (options !== 'help') return main(options)
  process.stdout.write(HELP)
  return 0
}

async function main(options: Arguments): Promise<number> {
  if (options.seed !== undefined) return one(options.seed, options)
  const started = performance.now()
  const total = await spread(await tasks(options), options)
  const seconds = (performance.now() - started) / 1000
  say(`${total.worlds} worlds in ${seconds.toFixed(1)} s (${(total.worlds / seconds).toFixed(0)} a second)`)
  for (const [what, count] of [...total.counts].sort(([a], [b]) => (a < b ? -1 : 1)))
    if (!isSituation(what)) say(`  ${what}: ${count}`)
  say('in so many of a thousand worlds:')
  const { lines, missing } = coverageOf(total.counts, total.worlds)
  for (const line of lines) say(line)
  const sent = (what: string): number => total.counts.get(`${what} sent`) ?? 0
  if (options.coverage) say(`${sent('create')} creates, ${sent('update')} updates, ${sent('cancel')} cancels were sent`)
  if (options.coverage) for (const name of missing) say(`MISSING: ${name}`)
  say(`${total.violated} worlds in which something happened that must not`)
  return total.violated === 0 && !(options.coverage && missing.length > 0) ? 0 : 1
}

async function one(seed: number, { trace, with: how }: Arguments): Promise<number> {
  const tell = trace ? say : undefined
  const { violations } = await (how === undefined ? liveSeed(seed, tell) : liveVariation(seed, how, tell))
  for (const violation of violations) say(`VIOLATED: ${violation}`)
  say(`seed ${seed} at commit ${commit()}: ${violations.length} violations`)
  return violations.length === 0 ? 0 : 1
}

async function tasks({ seeds, from, crashes, trait, with: how }: Arguments): Promise<Work[]> {
  const all: Work[] = crashes ? await endings() : []
  const options = { ...(trait !== undefined && { trait }), ...(how !== undefined && { with: how }) }
  for (let at = from; at < from + seeds; at += CHUNK)
    all.push({ is: 'seeds', from: at, to: Math.min(at + CHUNK, from + seeds), ...options })
  return all
}

type Total = { worlds: number; violated: number; readonly counts: Map<string, number> }

/** Distributes the work to one process for each core, a piece at a time. */
async function spread(work: Work[], { first, workers }: Arguments): Promise<Total> {
  const total: Total = { worlds: 0, violated: 0, counts: new Map() }
  const queue = [...work]
  const worker = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const child = fork(fileURLToPath(import.meta.url), { stdio: 'inherit', execArgv: WORKER_OPTIONS })
      const next = (): void => {
        const task = first && total.violated > 0 ? undefined : queue.shift()
        if (task) child.send(task)
        else child.disconnect()
      }
      child.on('message', (done: Done) => {
        add(total, done)
        next()
      })
      child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`a worker ended with ${code}`))))
      next()
    })
  await Promise.all(Array.from({ length: Math.min(workers ?? os.availableParallelism(), work.length) }, worker))
  return total
}

function add(total: Total, { worlds, violated, counts }: Done): void {
  total.worlds += worlds
  total.violated += violated.length
  for (const [what, count] of counts) total.counts.set(what, (total.counts.get(what) ?? 0) + count)
  for (const { world, what } of violated)
    say(`VIOLATED at commit ${commit()}, ${world}:\n${what.map((one) => `  ${one}`).join('\n')}`)
}

function commit(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], { encoding: 'utf8', stdio: 'pipe' }).trim()
  } catch {
    return 'unknown'
  }
}
