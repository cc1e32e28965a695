import { seeded } from '../plan/seeded.ts'
import { inRepository, killAfter, type Scenario } from './scenarios.ts'
import { type Aws, start, untilQuiet } from './stage.ts'

/* Writes of a state in S3 whose answer is lost, and which S3 carries out seconds later. */

const LATE = { service: 's3', operation: 'PutObject', fault: 'late', seconds: 2 }
const UNANSWERED = { service: 's3', operation: 'PutObject', fault: 'drop-response' }

/** Rounds in which runs are killed. After them, runs go on until nothing is left to do. */
const ROUNDS = 8
const ROUNDS_MAX = 30

/** Half of all writes arrive late, and half of the answers are lost. Two clones write at once, and many runs are killed. */
export const lateWrites: Scenario = (settings) => {
  const { aws, size, seed } = settings
  const random = seeded(seed)
  return inRepository(settings, async (repository) => {
    const { root, specs } = repository
    const clone = repository.clone()
    // The first write of a run arrives after its own repetition, and after the results of its job. A slow machine needs seconds for them.
    await aws.control('PUT', 'faults', [
      { ...LATE, seconds: 10, times: 1 },
      { ...UNANSWERED, times: 1 },
    ])
    const runs = await untilQuiet(root, aws, ['--only', specs[0]!.address])
    const wrong = (await countLate(aws)) === 0 ? [] : ['the write was not late']
    while ((await countLate(aws)) === 0) await pause(100)
    await aws.control('PUT', 'faults', [
      { ...LATE, rate: 0.5 },
      { ...UNANSWERED, rate: 0.5 },
    ])
    let killed = 0
    const run = (at: string, isKilled: boolean) =>
      isKilled ? killAfter(start(at, aws), (random() * size) / 5, Math.round(random() * 200)) : start(at, aws).ended
    for (let round = 0; round < ROUNDS_MAX; round++) {
      const both = await Promise.all([root, clone].map((at) => run(at, round < ROUNDS && random() < 0.9)))
      runs.push(...both)
      killed += both.filter(({ code }) => code === null).length
      if (both.every(({ code }) => code === 0)) break
      await pause(300)
    }
    // The last late write arrives.
    await pause(LATE.seconds * 1000)
    return { runs: runs.length, note: `${await countLate(aws)} writes unanswered, ${killed} runs killed`, wrong }
  })
}

type Calls = { readonly service: string; readonly outcome: string; readonly count: number }

/** Counts the writes without an answer that have arrived. */
async function countLate(aws: Aws): Promise<number> {
  const all = (await aws.control('GET', 'calls')) as Calls[]
  return all
    .filter((one) => one.service === 's3' && one.outcome === UNANSWERED.fault)
    .reduce((sum, one) => sum + one.count, 0)
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
