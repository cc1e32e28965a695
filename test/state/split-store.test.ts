import t from 'tap'
import type { Address } from '../../src/model/address.ts'
import { type Change, emptyState, type JobRecord, type PastRun, type State } from '../../src/model/state.ts'
import { isTakenOver } from '../../src/state/join-parts.ts'
import type { OpenStore, Store } from '../../src/state/store.ts'
import type { TryLock } from '../../src/system/kernel-lock.ts'
import { attempt, job, LINEAGE, OTHER_LINEAGE, set } from './fixtures.ts'
import { problemOf } from './repositories.ts'
import { EAST, type Seam, SPLIT_PLACES, type SplitPlace, WEST } from './split-places.ts'

const east = (record: JobRecord, more: Partial<JobRecord> = {}): JobRecord =>
  ({ ...record, site: { ...record.site, region: 'eu-east-1' }, ...more }) as JobRecord

const read = (place: SplitPlace, part?: string): State => JSON.parse(place.text(part) ?? '{}') as State

function problem(code: string, message: RegExp = /./): object {
  return { name: 'Problem', exitCode: 8, diagnostic: { code, message, remedies: [{ text: /./ }] } }
}

/** Begins a state with a job in the west and one in the east, and closes it. */
async function begin(place: SplitPlace): Promise<void> {
  const open = await place.store().open()
  await open.create(emptyState(LINEAGE))
  const changes = [
    set('west-1', job('started', { id: 'west-1' })),
    set('east-1', east(job('started', { id: 'east-1' }))),
  ]
  await open.commit(changes, 'Two jobs')
  await open.close()
}

async function recordsAt(store: Store): Promise<State['records']> {
  const { state, diagnostics } = await store.read()
  t.same(diagnostics, [])
  return state!.records
}

/** Stores all that a run does: it commits an intent and then its outcome. */
async function make(open: OpenStore, name: string, at: (record: JobRecord) => JobRecord = (one) => one) {
  const committed = await open.commit([set(name, at(attempt('intent', 1)))], `Make ${name}`)
  if (committed.is === 'committed') await open.append([set(name, at(job('started', { id: name })))])
  return committed
}

/** Each part gains a record and loses one. */
const SWAP: readonly Change[] = [set('west-1', east(attempt('intent', 1, 2))), set('east-1', attempt('intent', 1, 2))]

const recordOf = (change: Change): JobRecord | null => (change.set === 'record' ? change.record : null)

/** Notes after each write which of the two first jobs is in no part. */
function watchMoves(place: SplitPlace): { readonly seam: Seam; readonly missing: readonly string[][] } {
  const missing: string[][] = []
  const look = (): void => {
    const records = [WEST, EAST].flatMap((part) => Object.keys(read(place, part).records ?? {}))
    missing.push(['IotJob/west-1', 'IotJob/east-1'].filter((address) => !records.includes(address)))
  }
  return { seam: (store) => watchWrites(store, look), missing }
}

t.test('a renamed spec takes over the job of its history: kind, run, ID and site', (t) => {
  const old = job('started', { id: 'lamp' })
  const heir = (past: Partial<PastRun>) => east(attempt('intent', 1, 2), { history: [{ run: 1, id: 'lamp', ...past }] })
  const { site } = old
  t.ok(isTakenOver('IotJob/lamp', old, 'IotJob/lamp-b', heir({ site })))
  t.notOk(isTakenOver('IotJob/lamp', old, 'IotJob/lamp-b', heir({})), 'an equal ID elsewhere is another job')
  t.notOk(isTakenOver('IotJob/lamp', old, 'IotJob/lamp-b', heir({ site, run: 2 })))
  t.notOk(isTakenOver('IotJob/lamp', old, 'IotJob/lamp-b', heir({ site, id: 'lantern' })))
  t.notOk(isTakenOver('IotJob/lamp', old, 'DataExchangeJob/lamp-b', heir({ site })))
  t.notOk(isTakenOver('IotJob/lamp', old, 'IotJob/lamp', heir({ site })), 'its own history')
  t.end()
})

for (const [kind, placeFor] of SPLIT_PLACES) {
  t.test(`${kind}: a split state is an index and a part for each site, and reads as one state`, async (t) => {
    const place = await placeFor(t)
    t.same(await place.store().read(), { diagnostics: [] })
    const open = await place.store().open()
    t.equal(open.state, undefined)
    t.match(await open.create(emptyState(LINEAGE)), { is: 'committed', state: { lineage: LINEAGE } })
    t.match(await problemOf(open.create(emptyState(OTHER_LINEAGE))), problem('STATE_EXISTS'))
    t.match(await make(open, 'west-1'), { is: 'committed' })
    t.match(await make(open, 'east-1', east), { is: 'committed' })
    const series: Change = { set: 'source', source: { commit: 'abcdef0' } }
    await open.commit([series, { set: 'foreign', key: 'k', at: '2026-11-14T19:45:00Z' }], 'Shared')
    const { state } = open
    await open.close()
    t.match(read(place), {
      minReader: 4,
      lineage: LINEAGE,
      records: {},
      parts: { [EAST]: Number, [WEST]: Number },
      homes: { 'IotJob/east-1': EAST, 'IotJob/west-1': WEST },
      source: { commit: 'abcdef0' },
    })
    t.same(Object.keys(read(place, WEST).records), ['IotJob/west-1'])
    t.match(read(place, EAST), {
      part: EAST,
      lineage: LINEAGE,
      minReader: 4,
      records: { 'IotJob/east-1': { id: 'east-1' } },
    })
    const again = (await place.store().read()).state!
    t.same(again.records, state!.records)
    t.match(again, { lineage: LINEAGE, source: { commit: 'abcdef0' }, foreign: { k: /./ }, parts: undefined })
    t.ok(again.serial > 3)
  })

  t.test(`${kind}: runs of two parts go on side by side, each with its intents and outcomes`, async (t) => {
    const place = await placeFor(t)
    await begin(place)
    const [one, two] = [await place.store(1).open(), await place.store(2).open()]
    for (let n = 2; n < 5; n++) {
      t.match(await make(one, `west-${n}`), { is: 'committed' }, `west ${n}`)
      t.match(await make(two, `east-${n}`, east), { is: 'committed' }, `east ${n}`)
    }
    await one.close()
    await two.close()
    t.equal(Object.keys(await recordsAt(place.store())).length, 8)
    t.equal(Object.keys(read(place).homes!).length, 8)
  })
}

// GitHub writes the same files, so the rest holds of it as of a push.
for (const [kind, placeFor] of SPLIT_PLACES.filter(([name]) => name !== 'github')) {
  t.test(`${kind}: of two runs that record one address in two parts, one is stale and stores nothing`, async (t) => {
    const place = await placeFor(t)
    await begin(place)
    const [one, two] = [await place.store(1).open(), await place.store(2).open()]
    t.match(await make(one, 'lamp'), { is: 'committed' })
    t.match(await make(two, 'lamp', east), { is: 'stale', message: /claimed IotJob\/lamp/ })
    await one.close()
    await two.close()
    t.match((await recordsAt(place.store()))['IotJob/lamp'], { site: { region: 'eu-west-1' } })
    t.notOk('IotJob/lamp' in read(place, EAST).records)
  })

  t.test(`${kind}: of two runs of one part, one is stale or locked out before it stores anything`, async (t) => {
    const place = await placeFor(t)
    await begin(place)
    const [one, two] = [await place.store(1).open(), await place.store(2).open()]
    t.match(await make(one, 'lamp'), { is: 'committed' })
    if (kind === 'file') t.match(await problemOf(make(two, 'lantern')), problem('STATE_LOCKED'))
    else t.match(await make(two, 'lantern'), { is: 'stale' })
    await one.close()
    t.match(await make(two, 'lantern'), { is: 'stale', message: /changed by another run|claimed/ })
    await two.close()
    t.notOk('IotJob/lantern' in (await recordsAt(place.store())))
  })

  t.test(
    `${kind}: a raised run elsewhere moves the record, and a run that goes on at its old place is stale`,
    async (t) => {
      const place = await placeFor(t)
      await begin(place)
      const [one, two] = [await place.store(1).open(), await place.store(2).open()]
      const next = east(attempt('intent', 1, 2))
      t.match(await one.commit([set('west-1', next)], 'Raise'), { is: 'committed' })
      if (kind !== 'file')
        t.match(await two.commit([set('west-1', attempt('intent', 1, 2))], 'Raise too'), { is: 'stale' })
      await one.close()
      await two.close()
      t.match((await recordsAt(place.store()))['IotJob/west-1'], next)
      t.notOk('IotJob/west-1' in read(place, WEST).records)
      t.match(read(place).homes, { 'IotJob/west-1': EAST })
      const back = await place.store().open()
      const before = job('started', { id: 'west-1' })
      await back.append([set('west-1', before)])
      await back.close()
      t.same((await recordsAt(place.store()))['IotJob/west-1'], before, 'a release takes the record back')
      t.notOk('IotJob/west-1' in read(place, EAST).records)
    },
  )

  t.test(`${kind}: records that move are stored anew before an old copy is dropped, whatever else moves`, async (t) => {
    const place = await placeFor(t)
    await begin(place)
    const { seam, missing } = watchMoves(place)
    const open = await place.store(1, { seam }).open()
    // Each part gains a record and loses one.
    t.match(await open.commit([...SWAP, set('west-2', attempt('intent', 1))], 'Swap'), { is: 'committed' })
    t.ok(missing.length > 4)
    t.same(missing.flat(), [], 'each is in one of the parts after each write')
    await open.append([
      set('west-1', job('started', { id: 'west-1' })),
      set('west-2', job('started', { id: 'west-2' })),
    ])
    await open.close()
    t.match(Object.keys(read(place, EAST).records), [])
    t.same(Object.keys(read(place, WEST).records), ['IotJob/east-1', 'IotJob/west-1', 'IotJob/west-2'])
  })

  t.test(
    `${kind}: a claim without a record blocks nobody, and its owner is stale after it was taken over`,
    async (t) => {
      const place = await placeFor(t)
      await begin(place)
      // The first run ends, or pauses, between the index and the part.
      let resume: (() => void) | undefined
      const paused = new Promise<void>((resolve) => (resume = resolve))
      let reached: (() => void) | undefined
      const claimed = new Promise<void>((resolve) => (reached = resolve))
      const pause = (): Promise<void> => {
        reached!()
        return paused
      }
      const seam: Seam = (store, part) => (part === WEST ? pauseCommits(store, pause) : store)
      const one = await place.store(1, { seam }).open()
      const late = make(one, 'lamp')
      await claimed
      t.match(read(place).homes, { 'IotJob/lamp': WEST })
      t.notOk('IotJob/lamp' in read(place, WEST).records)
      if (kind === 'file') {
        const two = await place.store(2).open()
        t.match(await problemOf(make(two, 'lamp', east)), problem('STATE_LOCKED'), 'its part is locked')
        await two.close()
        resume!()
        t.match(await late, { is: 'committed' })
      } else {
        const two = await place.store(2).open()
        t.match(await make(two, 'lamp', east), { is: 'committed' })
        await two.close()
        resume!()
        t.match(await late, { is: 'stale' })
      }
      await one.close()
      const [holder] = [EAST, WEST].filter((part) => 'IotJob/lamp' in read(place, part).records)
      t.equal(holder, kind === 'file' ? WEST : EAST)
    },
  )

  t.test(`${kind}: a commit that is stale in one part takes back what it stored in another`, async (t) => {
    const place = await placeFor(t)
    await begin(place)
    const one = await place.store(1).open()
    // It holds both parts, so that another machine's write shows at its commit.
    await one.commit(
      [
        set('west-1', job('started', { id: 'west-1', status: 'A' })),
        set('east-1', east(job('started', { id: 'east-1', status: 'A' }))),
      ],
      'Statuses',
    )
    const text = place.text(WEST)!
    place.put(
      text.replace(/"serial": (\d+)/, (_all, serial: string) => `"serial": ${Number(serial) + 1}`),
      WEST,
    )
    const all = [
      set('lamp', attempt('intent', 1)),
      set('lantern', east(attempt('intent', 1))),
      set('east-2', east(job('started', { id: 'east-2' }))),
    ]
    t.match(await one.commit(all, 'All'), { is: 'stale' })
    await one.close()
    const records = await recordsAt(place.store())
    t.same(Object.keys(records).sort(), ['IotJob/east-1', 'IotJob/east-2', 'IotJob/west-1'], 'a job of AWS stays known')
  })

  t.test(`${kind}: a part that the index names is never taken for empty`, async (t) => {
    const place = await placeFor(t)
    await begin(place)
    const old = place.text(EAST)!
    place.put(undefined, EAST)
    t.match(await problemOf(place.store().open()), problem('STATE_MISSING', /a part of the state, is missing/))
    t.match((await place.store(2).read()).diagnostics, [{ code: 'STATE_MISSING' }])
    place.put(old.replaceAll(LINEAGE, OTHER_LINEAGE), EAST)
    t.match(await problemOf(place.store(2).open()), { diagnostic: { code: 'STATE_LINEAGE' } })
    place.put(old.replaceAll(`"${EAST}"`, `"${WEST}"`), EAST)
    const code = kind === 'file' ? 'STATE_REWOUND' : 'STATE_SPLIT'
    t.match(await problemOf(place.store(2).open()), problem(code), 'a journal would say more of it')
  })

  t.test(`${kind}: a part that was rolled back is refused on a machine that has seen the newer one`, async (t) => {
    const place = await placeFor(t)
    await begin(place)
    const old = place.text(WEST)!
    const open = await place.store().open()
    await make(open, 'west-2')
    await open.close()
    place.put(old, WEST)
    t.match(await problemOf(place.store().open()), problem('STATE_REWOUND'))
  })

  t.test(`${kind}: an index that was rolled back is refused, also where nobody has seen the newer one`, async (t) => {
    const place = await placeFor(t)
    await begin(place)
    const index = place.text()!
    const open = await place.store(1).open()
    await make(open, 'west-2')
    await open.close()
    // A higher serial hides it from this machine's journal.
    const { serial } = read(place)
    place.put(index.replace(/"serial": \d+/, `"serial": ${serial + 1}`))
    const message = /the index of the state, does not know IotJob\/west-2/
    t.match(await problemOf(place.store(1).open()), problem('STATE_REWOUND', message))
    t.match((await place.store(2).read()).diagnostics, [{ code: 'STATE_REWOUND', message }])
  })

  t.test(`${kind}: a part that was rolled back is refused by the index, where nobody has seen it`, async (t) => {
    const place = await placeFor(t)
    await begin(place)
    const old = place.text(WEST)!
    for (const name of ['west-2', 'west-3']) {
      const open = await place.store(1).open()
      await make(open, name)
      await open.close()
    }
    place.put(old, WEST)
    if (kind !== 'file') {
      const message = /has serial \d+; the index has seen serial \d+/
      t.match((await place.store(2).read()).diagnostics, [{ code: 'STATE_REWOUND', message }])
    }
    t.match(await problemOf(place.store(2).open()), problem('STATE_REWOUND'))
  })

  t.test(`${kind}: a part that the index does not name is read before anything is recorded in it`, async (t) => {
    const place = await placeFor(t)
    await begin(place)
    const { parts, homes: _homes, ...rest } = read(place)
    place.put(
      `${JSON.stringify({ ...rest, serial: rest.serial + 1, parts: { [WEST]: parts![WEST]! }, homes: { 'IotJob/west-1': WEST } })}\n`.replace(
        '}\n',
        '\n}\n',
      ),
    )
    const blind = await place.store().open()
    t.notOk('IotJob/east-1' in blind.state!.records)
    t.match(await make(blind, 'east-1', east), { is: 'stale', message: /begun by another run/ })
    await blind.close()
    t.ok('IotJob/east-1' in read(place, EAST).records)
    t.match(await problemOf(place.store(2).open()), problem('STATE_REWOUND', /does not know IotJob\/east-1/))
  })

  t.test(`${kind}: what all parts share is written by one run at a time, and only a true clash is stale`, async (t) => {
    const place = await placeFor(t)
    await begin(place)
    const [one, two] = [await place.store(1).open(), await place.store(2).open()]
    const note = (name: string) => ({ [`IotJob/${name}` as Address]: [{ run: 1, finding: 'failed' }] })
    t.match(await one.commit([{ set: 'attention', attention: note('west-1') }], 'Note'), { is: 'committed' })
    t.match(await two.commit([{ set: 'attention', attention: note('east-1') }], 'Note'), { is: 'committed' })
    t.same(read(place).attention, { ...note('west-1'), ...note('east-1') })
    const day = { set: 'budget', key: '1/importexport', day: '2026-11-14' } as const
    t.match(await one.commit([{ ...day, used: 1 }], 'Spend'), { is: 'committed' })
    t.match(await two.commit([{ ...day, used: 1 }], 'Spend'), { is: 'stale', message: /budget/ })
    t.match(await one.commit([{ set: 'source', source: { commit: 'abcdef0' } }], 'Source'), { is: 'committed' })
    t.match(await two.commit([{ set: 'source', source: { commit: 'abcdef0' } }], 'Source'), { is: 'committed' })
    t.match(await one.commit([{ set: 'source', source: { commit: 'abcdef1' } }], 'Source'), { is: 'committed' })
    t.match(await two.commit([set('east-2', east(attempt('intent', 1)))], 'Outdated'), {
      is: 'stale',
      message: /another commit was reconciled/,
    })
    await two.close()
    const three = await place.store(2).open()
    const claim = { project: 'video', claimed: { at: '2026-11-14T19:45:00Z' } }
    t.match(await one.commit([], 'Claim', { claim }), { is: 'committed' })
    await one.close()
    t.match(await three.commit([set('east-1', east(attempt('intent', 1, 2)))], 'Raise'), { is: 'stale' })
    await three.close()
  })

  t.test(
    `${kind}: a whole state is split when it is first opened to write, and a killed split is done again`,
    async (t) => {
      const place = await placeFor(t)
      const whole = await place.whole().open()
      await whole.create(emptyState(LINEAGE))
      await whole.commit([set('west-1', job('started')), set('east-1', east(job('started', { id: 'e' })))], 'Two jobs')
      await whole.append([set('west-2', attempt('intent', 1))])
      const before = whole.state!.records
      t.match((await place.store().read()).state?.records, before, 'a reader splits nothing')
      t.equal(place.text(EAST), undefined)
      await whole.close()
      // Killed after its first part.
      const dead: Seam = (store, part) =>
        part === WEST ? { ...store, openToMove: () => Promise.reject(new Error('killed')) } : store
      await t.rejects(place.store(1, { seam: dead }).open(), { message: 'killed' })
      t.equal(read(place).parts, undefined)
      const open = await place.store().open()
      t.same(open.state!.records, before)
      await open.close()
      t.match(read(place), { minReader: 4, parts: { [EAST]: Number, [WEST]: Number }, records: {}, lineage: LINEAGE })
      t.same(await recordsAt(place.store()), before)
      t.match(await problemOf(place.whole().open()), problem('STATE_SPLIT', /jobwright\.yaml does not say so/))
    },
  )

  t.test(`${kind}: a split state is joined in place, and a killed join is ended by the next run`, async (t) => {
    const place = await placeFor(t)
    await begin(place)
    const before = await recordsAt(place.store())
    const { parts, split } = read(place)
    const running = await place.store(2).open()
    // Killed after it closed the parts.
    const dead: Seam = (store, part) => (part === undefined ? { ...store, openToMove: () => dying(store) } : store)
    await t.rejects(place.store(1, { seam: dead }).openToMove(), { message: 'killed' })
    t.same(
      [EAST, WEST].map((part) => read(place, part).closed),
      [true, true],
    )
    t.same(await recordsAt(place.store()), before, 'readers go on')
    if (kind !== 'file') t.match(await make(running, 'lamp'), { is: 'stale' }, 'a closed part is not written')
    await running.close()
    const again = await place.store().open()
    t.same(again.state!.records, before)
    t.match(await make(again, 'lamp'), { is: 'committed' })
    await again.close()
    t.ok(read(place).split! > split!, 'joined, and split again as its configuration says')
    t.ok(read(place).parts![WEST]! > parts![WEST]!, 'so no serial comes twice')
    const moving = await place.store().openToMove()
    t.match(moving.state, { lineage: LINEAGE, minReader: 1, parts: undefined, split: undefined, records: before })
    await moving.close()
    const whole = await place.whole().open()
    t.match(whole.state, { minReader: 1, records: { ...before, 'IotJob/lamp': { id: 'lamp' } } })
    await whole.close()
  })

  t.test(`${kind}: a run that began before a join and another split is stale, also in a part of its own`, async (t) => {
    if (kind === 'file') return
    const place = await placeFor(t)
    const first = await place.store().open()
    await first.create(emptyState(LINEAGE))
    await make(first, 'west-1')
    await first.close()
    const outdated = await place.store(2).open()
    await (await place.store().openToMove()).close()
    const next = await place.store().open()
    t.match(await make(next, 'east-1', east), { is: 'committed' })
    await next.close()
    t.match(await make(outdated, 'east-1', east), { is: 'stale' })
    t.match(await make(outdated, 'west-2'), { is: 'stale' })
    await outdated.close()
    t.same(Object.keys(await recordsAt(place.store())).sort(), ['IotJob/east-1', 'IotJob/west-1'])
  })

  t.test(`${kind}: what an earlier split left of a part is overwritten, and never read`, async (t) => {
    const place = await placeFor(t)
    await begin(place)
    const joined = await place.store().openToMove()
    await joined.close()
    const whole = await place.whole().open()
    await whole.commit([set('east-1', null)], 'The job of the east was released')
    await whole.close()
    const again = await place.store().open()
    t.same(Object.keys(again.state!.records), ['IotJob/west-1'])
    t.match(await make(again, 'east-2', east), { is: 'committed' })
    await again.close()
    t.same(Object.keys(await recordsAt(place.store())).sort(), ['IotJob/east-2', 'IotJob/west-1'])
  })

  t.test(`${kind}: a whole state that was rolled back behind its split overwrites no part`, async (t) => {
    const place = await placeFor(t)
    const whole = await place.whole().open()
    await whole.create(emptyState(LINEAGE))
    await whole.commit([set('west-1', job('started', { id: 'west-1' }))], 'One job')
    await whole.close()
    const old = place.text()!
    const open = await place.store(1).open()
    await make(open, 'west-2')
    await open.close()
    place.put(old)
    t.match(await problemOf(place.store(2).open()), problem('STATE_REWOUND'))
    t.match(read(place, WEST).records, { 'IotJob/west-2': { id: 'west-2' } })
  })

  t.test(`${kind}: what a dead run appended is stored before a step about it, or when the next run ends`, async (t) => {
    const place = await placeFor(t)
    await begin(place)
    const dying = await place.store(1, { tryLock: noLock }).open()
    await dying.commit([set('lamp', attempt('intent', 1))], 'Intent')
    await dying.append([set('lamp', job('created', { id: 'lamp' }))])
    t.notMatch(place.text(WEST), /"id":"lamp"/)
    const next = await place.store(1).open()
    t.match(next.state?.records, { 'IotJob/lamp': { id: 'lamp' } })
    t.match(await next.commit([], 'Start', { steps: ['IotJob/lamp'] }), { is: 'committed' })
    t.match(place.text(WEST), /"id":"lamp"/)
    await next.close()
    const again = await place.store(1, { tryLock: noLock }).open()
    await again.append([set('lamp', job('created', { id: 'lamp', status: 'ENDED' }))])
    t.notMatch(place.text(WEST), /ENDED/)
    const idle = await place.store(1).open()
    await idle.close()
    t.match(place.text(WEST), /ENDED/)
  })
}

// The order of the writes is the same for every store. Git would take minutes.
for (const [kind, placeFor] of SPLIT_PLACES.filter(([name]) => name === 'file' || name === 's3')) {
  t.test(`${kind}: records that a release takes back are stored there before their copies are dropped`, async (t) => {
    const before = [
      set('west-1', job('started', { id: 'west-1' })),
      set('east-1', east(job('started', { id: 'east-1' }))),
    ]
    const ends: Record<string, (open: OpenStore) => Promise<unknown>> = {
      'a close': () => Promise.resolve(),
      'a commit': (open) => open.commit([], 'Store', { always: true }),
      'another attempt': async (open) => {
        await open.commit(SWAP, 'Swap again')
        await open.append(before)
      },
    }
    for (const [end, reach] of Object.entries(ends)) {
      const place = await placeFor(t)
      await begin(place)
      const { seam, missing } = watchMoves(place)
      const open = await place.store(1, { seam }).open()
      await open.commit(SWAP, 'Swap')
      await open.append(before)
      const { records } = open.state!
      t.same([records['IotJob/west-1'], records['IotJob/east-1']], before.map(recordOf), 'the run sees them at once')
      await reach(open)
      await open.close()
      t.same(missing.flat(), [], `${end}: each is in one of the parts after each write`)
      t.same(Object.keys(read(place, EAST).records), ['IotJob/east-1'], end)
      t.same(Object.keys(read(place, WEST).records), ['IotJob/west-1'], end)
      t.same(await recordsAt(place.store()), records, end)
    }
  })

  t.test(`${kind}: a renamed spec whose next run is elsewhere never leaves its job without a record`, async (t) => {
    const ran = ({ id, site }: JobRecord): Partial<JobRecord> => ({
      history: [{ run: 1, id, site, condition: { type: 'Succeeded' } }],
    })
    const [inWest, inEast] = [job('started', { id: 'west-1' }), east(job('started', { id: 'east-1' }))]
    const renames = [
      [set('west-1-b', east(attempt('intent', 1, 2), ran(inWest))), set('west-1', null)],
      [set('east-1-b', { ...attempt('intent', 1, 2), ...ran(inEast) } as JobRecord), set('east-1', null)],
    ]
    for (const changes of renames) {
      const [heir, old] = changes.map((one) => (one.set === 'record' ? one.address : undefined)) as [Address, Address]
      for (const isKilled of [false, true]) {
        const place = await placeFor(t)
        await begin(place)
        const all = (): string[] => [WEST, EAST].flatMap((part) => Object.keys(read(place, part).records ?? {}))
        const bare: string[][] = []
        const watch = (store: Store): Store =>
          watchWrites(store, () => {
            if (!all().includes(heir) && !all().includes(old)) bare.push(all())
            if (isKilled && all().includes(heir)) throw new Error('killed')
          })
        const open = await place.store(1, { seam: watch }).open()
        const committed = open.commit(changes, 'Rename')
        if (isKilled) await t.rejects(committed, /killed/)
        else t.match(await committed, { is: 'committed' })
        t.same(bare, [], 'one of the two names has the job after each write')
        t.equal(all().includes(old), isKilled)
        const records = await recordsAt(place.store(2))
        t.equal(heir in records, true)
        t.equal(old in records, false, 'the index leads to the record that counts')
        await open.close().catch(() => {})
      }
    }
  })
}

const noLock: TryLock = async () => async () => {}

/** Makes each commit of a part wait. */
function pauseCommits(store: Store, pause: () => Promise<void>): Store {
  return wrapWrites(store, async (write) => {
    await pause()
    return write()
  })
}

/** A store that calls `look` after each of its commits. */
function watchWrites(store: Store, look: () => void): Store {
  return wrapWrites(store, async (write) => {
    const written = await write()
    look()
    return written
  })
}

/** A store with something around each commit of what it opens to move, and around its close, which stores what is left. */
function wrapWrites(store: Store, around: <Value>(write: () => Promise<Value>) => Promise<Value>): Store {
  return {
    ...store,
    async openToMove() {
      const open = await store.openToMove()
      return new Proxy(open, {
        get: (target, name) => {
          if (name === 'close') return () => around(() => target.close())
          if (name !== 'commit') return Reflect.get(target, name, target)
          return (...given: Parameters<OpenStore['commit']>) => around(() => target.commit(...given))
        },
      })
    },
  }
}

/** Opens a store whose process dies when it would replace the text. */
async function dying(store: Store): ReturnType<Store['openToMove']> {
  const open = await store.openToMove()
  return { ...open, replace: () => Promise.reject(new Error('killed')) }
}
