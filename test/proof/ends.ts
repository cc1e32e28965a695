import type { Test } from 'tap'
import { getModel } from '../../src/kinds/index.ts'
import type { Spec } from '../../src/model/spec.ts'
import { CASES, specOf } from '../conformance/cases.ts'
import type { Stage } from '../conformance/stage.ts'

/** One spec of each kind. */
export const ALL = CASES.map(({ kind, request }) => specOf(kind, request(1)))

/** Each spec has one job and its record knows it, and another run makes none. */
export async function eachOnce(t: Test, stage: Stage, specs: readonly Spec[], records = stage.records): Promise<void> {
  const jobs = await stage.emulator.jobs()
  const known = await records()
  for (const { address, kind } of specs) {
    const { service } = getModel(kind)
    const own = jobs.filter((job) => job.service === service && (service !== 'dataexchange' || job['startedAt']))
    t.equal(own.length, 1, `${address} has one job`)
    t.match(known[address], { stage: 'started', id: own[0]?.id }, `${address} is on record`)
  }
}

/** Another run makes no job. */
export async function idle(t: Test, stage: Stage, specs: readonly Spec[]): Promise<void> {
  const before = (await stage.emulator.jobs()).length
  const run = await stage.run(specs)
  t.same([...new Set(run.passes.flat())], ['keep'], 'plan again: nothing to do')
  t.equal((await stage.emulator.jobs()).length, before)
}

/** A run that needs nobody, after which each spec has one job. */
export async function wellAfter(t: Test, stage: Stage, specs: readonly Spec[]): Promise<void> {
  const run = await stage.run(specs)
  t.same(run.outcomes, [])
  await eachOnce(t, stage, specs)
  await idle(t, stage, specs)
}

/** What a promise is rejected with. */
export async function problemOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => 'no problem',
    (error: unknown) => error,
  )
}
