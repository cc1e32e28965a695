import fs from 'node:fs'
import path from 'node:path'
import t, { type Test } from 'tap'
import { emptyState, type State } from '../../src/model/state.ts'
import { openFileStore } from '../../src/state/file-store.ts'
import { type MoveStep, moveState } from '../../src/state/move-state.ts'
import type { HeldStore } from '../../src/state/store.ts'
import { nodeDisk } from '../../src/system/disk.ts'
import { job, LINEAGE, OTHER_LINEAGE, set } from './fixtures.ts'
import { problemOf } from './repositories.ts'

const AT = '2026-11-29T12:00:00Z'
type Name = 'old' | 'new' | 'third'
type Write = { readonly name: Name; readonly state: State }

const placeOf = (name: Name) => ({ store: 'file' as const, path: `${name}.json` })
const problem = (code: string) => ({ exitCode: 8, diagnostic: { code } })

/** Places for a state, of which the old one has one with a job. */
async function openPlaces(t: Test) {
  const root = t.testdir({})
  const store = (name: Name) => openFileStore({ path: path.join(root, placeOf(name).path), disk: nodeDisk })
  const read = (name: Name) => JSON.parse(fs.readFileSync(path.join(root, placeOf(name).path), 'utf8')) as State
  const put = (name: Name, state: State) =>
    fs.writeFileSync(path.join(root, placeOf(name).path), `${JSON.stringify(state)}\n`)
  const begun = await store('old').open()
  await begun.create(emptyState(LINEAGE))
  await begun.commit([set('lamp', job('created'))], 'One job')
  await begun.close()
  /** Moves between two places. `onWrite` is told each write before it is made. */
  const move = async (from: Name = 'old', to: Name = 'new', onWrite: (write: Write) => void = () => {}) => {
    const steps: MoveStep[] = []
    const old = await store(from).openToMove()
    const next = await store(to)
      .openToMove()
      .catch(async (error: unknown) => {
        await old.close()
        throw error
      })
    const watch = (name: Name, held: HeldStore): HeldStore => ({
      ...held,
      get state() {
        return held.state
      },
      get pending() {
        return held.pending
      },
      create: (state, options) => {
        onWrite({ name, state })
        return held.create(state, options)
      },
      replace: (state, message) => {
        onWrite({ name, state })
        return held.replace(state, message)
      },
    })
    try {
      const tell = (step: MoveStep): void => void steps.push(step)
      const moving = { old: watch(from, old), next: watch(to, next), from: placeOf(from), to: placeOf(to), at: AT }
      return { state: await moveState({ ...moving, tell }), steps }
    } finally {
      await next.close()
      await old.close()
    }
  }
  return { store, read, put, move }
}

t.test('a move copies the state inactive, leaves a tombstone, and activates the copy, in this order', async (t) => {
  const { move, read, store } = await openPlaces(t)
  const writes: Write[] = []
  const { steps } = await move('old', 'new', (write) => writes.push(write))
  t.same(steps, ['copied', 'left', 'activated'])
  t.match(writes, [
    { name: 'new', state: { minReader: 3, inactive: { from: placeOf('old'), to: placeOf('new'), at: AT } } },
    { name: 'old', state: { minReader: 3, moved: { from: placeOf('old'), to: placeOf('new'), at: AT } } },
    { name: 'new', state: { minReader: 1, inactive: undefined, moved: undefined } },
  ])
  t.match(read('new'), { lineage: LINEAGE, records: { 'IotJob/lamp': { id: 'reboot-night' } } })
  t.ok(read('new').serial > 2, 'each machine takes it for newer than what it has seen')
  t.match((await store('old').read()).diagnostics, [{ code: 'STATE_MOVED', message: /the file new\.json/ }])
  t.match(await problemOf(store('old').open()), problem('STATE_MOVED'))
  t.match(await store('new').read(), { diagnostics: [], state: { lineage: LINEAGE } })
  t.same((await move()).steps, [], 'a second move has nothing to do')
})

t.test('a move that dies before any of its writes leaves at most one usable state, and goes on', async (t) => {
  for (const fatal of [1, 2, 3]) {
    const { move, store } = await openPlaces(t)
    let writes = 0
    const dying = move('old', 'new', () => {
      writes++
      if (writes === fatal) throw new Error('the process died')
    })
    await t.rejects(dying, { message: 'the process died' })
    const usable = (await Promise.all((['old', 'new'] as const).map((name) => store(name).read()))).filter(
      ({ state }) => state !== undefined,
    )
    t.equal(usable.length, fatal === 3 ? 0 : 1, `before write ${fatal}`)
    if (fatal > 1) t.match(await problemOf(store('new').open()), problem('STATE_INACTIVE'))
    t.equal((await move()).steps.at(-1), 'activated', `before write ${fatal}`)
    t.match((await store('new').read()).state, { records: { 'IotJob/lamp': { id: 'reboot-night' } } })
  }
})

t.test('a copy of a state that went on is replaced before the tombstone', async (t) => {
  const { move, store, read } = await openPlaces(t)
  const dying = move('old', 'new', ({ name }) => {
    if (name === 'old') throw new Error('the process died')
  })
  await t.rejects(dying)
  const run = await store('old').open()
  await run.commit([set('gate', job('created', { id: 'gate' }))], 'Another job')
  await run.close()
  const copies: State[] = []
  const { steps } = await move('old', 'new', ({ name, state }) => {
    if (name === 'new') copies.push(state)
  })
  t.same(steps, ['copied', 'left', 'activated'])
  t.match(copies[0]?.records, { 'IotJob/gate': { id: 'gate' } })
  t.match(read('new').records, { 'IotJob/gate': { id: 'gate' }, 'IotJob/lamp': { id: 'reboot-night' } })
})

t.test('a place that holds anything but a copy of this state is not overwritten', async (t) => {
  const move3 = { from: placeOf('third'), to: placeOf('new'), at: AT, minReader: 1 }
  for (const there of [
    emptyState(OTHER_LINEAGE),
    emptyState(LINEAGE),
    { ...emptyState(OTHER_LINEAGE), minReader: 3, inactive: move3 },
    { ...emptyState(LINEAGE), minReader: 3, moved: { ...move3, from: placeOf('new'), to: placeOf('third') } },
  ]) {
    const { move, store, put, read } = await openPlaces(t)
    put('new', { ...there, serial: 1 })
    t.match(await problemOf(move()), problem('STATE_EXISTS'))
    t.same(read('new'), { ...there, serial: 1 })
    t.match(await store('old').read(), { diagnostics: [], state: { lineage: LINEAGE } }, 'the old state goes on')
  }
})

t.test('a tombstone sends a move on to where the state went, and nowhere else', async (t) => {
  const { move, read, store } = await openPlaces(t)
  await move()
  t.match(await problemOf(move('old', 'third')), {
    diagnostic: { code: 'STATE_MOVED', message: /moved to the file new\.json/ },
  })
  t.same((await store('third').read()).state, undefined)
  t.same((await move('new', 'third')).steps, ['copied', 'left', 'activated'], 'it moves on from there')
  t.match(await problemOf(move()), { diagnostic: { code: 'STATE_MOVED', message: /moved to the file third\.json/ } })
  t.match(read('third'), { lineage: LINEAGE, records: { 'IotJob/lamp': { id: 'reboot-night' } } })
})

t.test('a new place that lost the state is not begun anew', async (t) => {
  const { move, put, store } = await openPlaces(t)
  await move()
  put('new', { ...emptyState(OTHER_LINEAGE), serial: 1 })
  t.match(await problemOf(move()), { diagnostic: { code: 'STATE_LINEAGE' } }, 'this machine has seen the right one')
  t.match((await store('old').read()).diagnostics, [{ code: 'STATE_MOVED' }])
})

t.test('a run that a move overtakes is told where the state went, and hands over what it keeps', async (t) => {
  const { move, put, read, store } = await openPlaces(t)
  const run = await store('old').open()
  await run.append([set('gate', job('created', { id: 'gate' }))])
  // The move is of another machine, which knows no lock of this one.
  const { serial } = read('old')
  const moving = { from: placeOf('old'), to: placeOf('new'), at: AT, minReader: 1 }
  const records = { ...read('old').records }
  put('old', { ...emptyState(LINEAGE), serial: serial + 1, minReader: 3, records, moved: moving })
  put('new', { ...emptyState(LINEAGE), serial: serial + 2, records })
  t.match(await problemOf(run.commit([], 'Results')), {
    exitCode: 8,
    diagnostic: { code: 'STATE_MOVED', remedies: [{ text: /hand over the change/ }, {}] },
  })
  await problemOf(run.close())
  t.same((await move()).steps, ['handed over'])
  t.match(read('new').records, { 'IotJob/gate': { id: 'gate' }, 'IotJob/lamp': {} })
})
