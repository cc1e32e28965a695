import fs from 'node:fs'
import t, { type Test } from 'tap'
import { getModel } from '../../src/kinds/index.ts'
import type { JsonObject } from '../../src/model/json.ts'
import type { Spec } from '../../src/model/spec.ts'
import type { Decision } from '../../src/plan/input.ts'
import { formatHint } from '../../src/report/remedies.ts'
import { CASES, specOf } from './cases.ts'
import { beforeCreate, once, openStage, type Run, type Stage } from './stage.ts'

/** A state that is older than what was done since, on a machine that never saw a newer one. */
function putBack(stage: Stage, old: Buffer): void {
  fs.writeFileSync(stage.file, old)
  fs.rmSync(`${stage.file}.journal`)
}

/** A create that got lost on its way: nothing is known of it but its intent. */
async function lostOnItsWay(t: Test, spec: Spec): Promise<Stage> {
  const stage = await openStage(t)
  const {
    service,
    api: { operations },
  } = getModel(spec.kind)
  const lose = { service, operation: operations.create, fault: 'drop-request', times: 1 }
  const around = { aws: beforeCreate(once(() => stage.faults(lose))) }
  t.same((await stage.run([spec], { settleMs: 0, around })).outcomes, [9])
  t.same(await stage.emulator.jobs(), [])
  return stage
}

const decide = (stage: Stage, spec: Spec, decision: Decision): Promise<Run> =>
  stage.run([spec], { input: { decisions: new Map([[spec.address, decision]]) } })

/** What the command for a job that is this spec's, as a hint gives it, decides. */
function takingOver(hint: string | undefined): Decision {
  const [, resolved] = /jobwright resolve \S+ --adopt (\w+)/.exec(hint ?? '') ?? []
  if (resolved !== undefined) return { is: 'adopt', id: resolved, settles: true }
  const [found, id] = /jobwright adopt [\w/-]+(?: --id (\w+))?/.exec(hint ?? '') ?? []
  if (found === undefined) throw new Error(`${hint} names no command`)
  return { is: 'adopt', ...(id !== undefined && { id }) }
}

/** The one job that was made is a question to a person, whose answer settles it. */
async function isAskedAbout(t: Test, stage: Stage, spec: Spec): Promise<void> {
  const run = await stage.run([spec])
  t.equal((await stage.emulator.jobs()).length, 1, 'nothing is made again')
  t.same(run.outcomes, [6])
  const answer = await decide(stage, spec, takingOver(formatHint(run.plan.actions[0]?.remedies)))
  t.same([answer.passes[0], answer.outcomes], [['adopt'], []])
  const after = await stage.run([spec])
  t.same([after.passes.at(-1), after.outcomes], [['keep'], []])
  t.equal((await stage.emulator.jobs()).length, 1)
}

for (const one of CASES) {
  const spec = specOf(one.kind, one.request(1))

  t.test(
    `${one.kind}: an unknown create, put back after its spec was edited and submitted, makes no second job`,
    async (t) => {
      const stage = await lostOnItsWay(t, spec)
      const old = fs.readFileSync(stage.file)
      const edited = specOf(one.kind, one.request(2))
      t.same((await stage.run([edited])).outcomes, [])
      putBack(stage, old)
      await isAskedAbout(t, stage, edited)
    },
  )

  for (const force of [false, true]) {
    const how = force ? 'by force' : 'in time'
    t.test(
      `${one.kind}: an unknown create, given up ${how} and put back after its next attempt, makes no second job`,
      async (t) => {
        const stage = await lostOnItsWay(t, spec)
        await stage.emulator.advance(force ? 2 : 20)
        await decide(stage, spec, { is: 'not-created', force })
        const old = fs.readFileSync(stage.file)
        await stage.emulator.advance(1)
        t.same((await stage.run([spec])).outcomes, [])
        putBack(stage, old)
        await isAskedAbout(t, stage, spec)
      },
    )
  }
}

t.test('a job of the next run that went elsewhere is read where it is when a person names it', async (t) => {
  const stage = await openStage(t)
  const readers = CASES.find(({ kind }) => kind === 'PinpointExportJob')!
  await stage.run([specOf(readers.kind, readers.request(1))], { wait: true })
  const old = fs.readFileSync(stage.file)
  const next = specOf(readers.kind, { ...readers.request(2), ApplicationId: 'a'.repeat(32) }, { run: 2 })
  t.same((await stage.run([next])).outcomes, [])
  putBack(stage, old)
  const run = await stage.run([next])
  t.match(run.plan.actions, [{ action: 'conflict', code: 'PLAN_LOOKALIKE' }])
  const answer = await decide(stage, next, takingOver(formatHint(run.plan.actions[0]?.remedies)))
  t.same([answer.passes[0], answer.outcomes], [['adopt'], []])
  t.same((await stage.run([next])).outcomes, [])
  t.equal((await stage.emulator.jobs()).length, 2)
})

for (const kind of ['PinpointExportJob', 'DataExchangeJob']) {
  for (const run of [1, 2]) {
    t.test(
      `${kind}: run ${run}, which went elsewhere than the unknown create before it, makes no second job`,
      async (t) => {
        const one = CASES.find((each) => each.kind === kind)!
        const stage = await lostOnItsWay(t, specOf(kind, one.request(1)))
        const old = fs.readFileSync(stage.file)
        const moved = specOf(kind, elsewhere(one.request(1)), { run })
        t.same((await stage.run([moved])).outcomes, [])
        putBack(stage, old)
        const again = await stage.run([moved])
        t.equal((await stage.emulator.jobs()).length, 1, 'nothing is made again')
        t.match(again.plan.actions, [{ action: 'conflict', code: 'PLAN_LOOKALIKE' }])
      },
    )
  }
}

/** The request of a job of another project or data set. */
function elsewhere(request: JsonObject): JsonObject {
  const text = JSON.stringify(request).replace('8f6b3f2c1d5e4a7b9c0d1e2f3a4b5c6d', 'd'.repeat(32))
  return JSON.parse(text.replace('a'.repeat(32), 'd'.repeat(32))) as JsonObject
}
