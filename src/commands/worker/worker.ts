import { MODELS } from '../../kinds/index.ts'
import type { ExitCode } from '../../model/exit-code.ts'
import { Problem } from '../../model/problem.ts'
import { advise } from '../../model/remedy.ts'
import type { Host } from '../../session/host.ts'
import { createPrinter } from '../../session/printer.ts'
import { assertConfig, openProject } from '../../session/project.ts'
import { findQueuePlace, readQueueKey, readQueueUrl } from '../../session/queue.ts'
import { systemClock } from '../../system/clock.ts'
import { createRandomId } from '../../system/random.ts'
import { VERSION } from '../../version.ts'
import { createReach } from '../../workers/reach.ts'
import { type ServeOptions, serve } from '../../workers/serve.ts'
import { describeEvent } from './describe-event.ts'

/** The options of `jobwright worker`. */
export type WorkerOptions = {
  /** The Redis of the queue. */
  readonly queue?: string
  /** Patterns of lanes. */
  readonly lanes?: readonly string[]
  readonly concurrency?: number
}

/**
 * `jobwright worker`: makes the calls that runs with a queue hand out, until it is stopped. It plans and records
 * nothing. If it has a jobwright.yaml, that file says which targets it may use and which variables `$env` may read.
 */
export async function runWorker(options: WorkerOptions, host: Host): Promise<ExitCode> {
  const { lanes = ['*'], concurrency = 10 } = options
  if (concurrency === 0)
    throw new Problem({
      code: 'USAGE',
      message: '--concurrency 0 makes no call',
      remedies: [advise('write a number from 1')],
    })
  const project = openProject(host.cwd, host.env)
  const out = createPrinter(host, { output: 'text' })
  out.diagnostics(project.diagnostics, systemClock.now())
  assertConfig(project)
  const place = options.queue === undefined ? findQueuePlace(project) : readQueueUrl(options.queue, '--queue')
  if (place === undefined) throw createNoQueue()
  const key = readQueueKey(host.env)
  const reach = createReach(project.config, MODELS, { clock: systemClock, env: host.env, version: VERSION })
  let last: string | undefined
  const tell: ServeOptions['tell'] = (event) => {
    const text = describeEvent(event, place.name)
    // It looks for lanes every second, and says only what is new.
    if (event.is === 'idle' && text === last) return
    if (event.is === 'idle') last = text
    else if (event.is === 'serving') last = undefined
    out.text(text)
  }
  const findModel = (kind: string) => MODELS.find((model) => model.kind === kind)
  try {
    const { done, failed, refused } = await serve({
      place,
      clock: systemClock,
      worker: createRandomId(),
      lanes,
      concurrency,
      executor: { key, findModel },
      reach,
      tell,
      signal: host.signal,
    })
    out.text(`${done} done, ${failed} failed, ${refused} refused`)
    return 0
  } finally {
    reach.close()
  }
}

function createNoQueue(): Problem {
  return new Problem({
    code: 'CONFIG_QUEUE',
    message: 'no queue is set',
    remedies: [advise('name the Redis of the runs: --queue rediss://redis.example.com:6379, or JOBWRIGHT_QUEUE_URL')],
  })
}
