import t from 'tap'
import { endedAt, PLACES, WAYS } from './crashes.ts'
import { NO_FAULTS } from './faults.ts'
import { Life, randomLife } from './life.ts'
import { carryOut, ENDINGS_SEED, endings, liveVariation } from './work.ts'

const MINUTE = 60_000
/** Enough to meet each fault; `npm run simulate` runs more. */
const SEEDS = 40

// A run that polls for long leaves listeners on its own signal, which is expected here.
process.removeAllListeners('warning')

t.test('whatever a seed decides, every wish comes true once, no job is lost and no secret is written', async (t) => {
  const { violated, worlds } = await carryOut({ is: 'seeds', from: 1, to: 1 + SEEDS })
  t.same(violated, [])
  t.equal(worlds, SEEDS)
})

t.test('a run that ends at any of its effects is made good by the next one', async (t) => {
  const places = await endings()
  t.equal(new Set(places.map((work) => work.is === 'endings' && work.place)).size, PLACES.length)
  // Each effect once, in alternating ways; the long run ends each effect in all ways.
  let turn = 0
  for (const work of places) {
    if (work.is !== 'endings') continue
    for (let at = work.from + (work.place % 4); at < work.to; at += 4) {
      const way = WAYS[turn++ % WAYS.length]!
      const { violations } = await endedAt(PLACES[work.place]!, ENDINGS_SEED, { at, ...way })
      t.same(violations, [], `${JSON.stringify(PLACES[work.place])} ended ${way.side} effect ${at}`)
    }
  }
})

t.test('worlds whose state is in S3 break no rule, whatever writes are lost, late or refused', async (t) => {
  const seen = new Set<string>()
  for (let seed = 300; seed < 320; seed++) {
    const { violations, counts } = await randomLife(seed, undefined, 's3')
    t.same(violations, [], `seed ${seed}`)
    for (const what of counts.keys()) if (what.includes('to S3')) seen.add(what)
  }
  t.same([...seen].sort(), ['answer to a write to S3 lost', 'write to S3 late', 'write to S3 lost'])
})

t.test(
  'worlds whose state is split break no rule, whatever writes of an index or a part are lost or late',
  async (t) => {
    for (let seed = 320; seed < 340; seed++) {
      const { violations } = await randomLife(seed, undefined, 'split')
      t.same(violations, [], `seed ${seed}`)
    }
  },
)

t.test(
  'worlds with workers break no rule, whatever their queue loses, repeats, delays, reorders or forges',
  async (t) => {
    const seen = new Set<string>()
    for (let seed = 340; seed < 370; seed++) {
      const { violations, counts } = await liveVariation(seed, 'queue')
      t.same(violations, [], `seed ${seed}`)
      for (const what of counts.keys()) if (/^task (refused|carried)/.test(what)) seen.add(what)
    }
    t.same([...seen].sort(), [
      'task carried out: done',
      'task carried out: not-done',
      'task carried out: unknown',
      'task refused: clock',
      'task refused: expired',
      'task refused: forged',
      'task refused: misplaced',
      'task refused: repeated',
      'task refused: unreachable',
    ])
  },
)

t.test('one seed gives one life, to the byte', async (t) => {
  for (const seed of [2, 3, 7]) {
    for (const live of [randomLife, (seed: number) => liveVariation(seed, 'queue')]) {
      const [one, two] = [await live(seed), await live(seed)]
      t.equal(one.lines.join('\n'), two.lines.join('\n'))
      t.ok(one.lines.length > 50)
    }
  }
})

t.test('what a machine slept through is over: nothing leaves under the old lease', async (t) => {
  const life = Life.alone(1, 'git')
  await life.begin(['PinpointExportJob'])
  const steps: string[] = []
  life.town.onEvent = (process, event) => {
    if (event.type === 'committed' && event.intents > 0 && steps.length === 0) process.pause(10 * MINUTE, true)
    if (event.type === 'step') steps.push(event.step)
  }
  await life.alone(life.order({}))
  t.same(steps, ['creating', 'released', 'creating', 'created'])
  t.same(life.town.oracle.violations, [])
  t.equal(life.town.lines.filter((line) => line.includes('CreateExportJob connects')).length, 1)
})

t.test('nothing is started once somebody else has written the state', async (t) => {
  const life = Life.alone(1, 'git')
  await life.begin(['DataExchangeJob'])
  const { remote, services } = life.town
  const steps: string[] = []
  life.town.onEvent = (_process, event) => {
    if (event.type === 'step') steps.push(event.step)
    if (event.type !== 'step' || event.step !== 'created') return
    // Another run has given up the create, and created another job instead.
    const theirs = JSON.parse(remote.text() ?? '')
    remote.moveTo(JSON.stringify({ ...theirs, serial: theirs.serial + 1 }))
  }
  const end = await life.alone(life.order({}))
  t.match(end, { problem: { diagnostic: { code: 'STATE_STALE' } } })
  t.same(steps, ['creating', 'created'])
  t.same(
    services.jobs.map(({ startedAt }) => startedAt),
    [undefined],
  )
})

t.test('a job whose ID only the journal of a dead run holds is stored before it is started', async (t) => {
  const life = Life.alone(1, 'git')
  await life.begin(['DataExchangeJob'])
  life.town.onEvent = (process, event) => {
    if (event.type === 'step' && event.step === 'created') process.die()
  }
  t.equal(await life.alone(life.order({})), undefined)
  await life.alone(life.order({}))
  t.same(life.town.oracle.violations, [])
  t.match(life.town.services.jobs, [{ startedAt: Number }])
})

t.test('a machine whose clock is behind reports a duplicate all the same', async (t) => {
  const life = Life.alone(1, 'git')
  await life.begin(['PinpointExportJob'])
  life.town.rates = { ...NO_FAULTS, repeat: 1 }
  const end = await life.alone(life.order({}), undefined, life.town.machine('slow', -59_000))
  t.match(end, { done: { outcomes: [6], duplicates: [{ live: { id: life.town.services.jobs[0]?.id } }] } })
})

t.test('a create that a proxy repeats stays on record while a read does not show its job yet', async (t) => {
  const life = Life.alone(2, 'git')
  await life.begin(['IotJob', 'MediaPackageHarvestJob'])
  life.town.isTagRefused = true
  life.town.rates = { ...NO_FAULTS, repeat: 1, readLag: 1 }
  life.town.setting.isEdgy = true
  const end = await life.alone(life.order({ settleMs: 10 * MINUTE }))
  // Only a person's word shows whose the jobs are: AWS rejected the creates, and shows no marker.
  t.match(end, { done: { plan: { actions: [{ code: 'PLAN_ID_TAKEN' }, { code: 'PLAN_ID_TAKEN' }] }, outcomes: [6] } })
  for (const want of life.town.ledger.wants) life.town.ledger.choose(want, `${want.name}-free`)
  life.town.ledger.commit()
  await life.alone(life.order({ settleMs: 10 * MINUTE }))
  t.same(life.town.oracle.violations, [])
  t.equal(life.town.services.jobs.length, 2)
})
