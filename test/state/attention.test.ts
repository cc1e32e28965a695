import fs from 'node:fs'
import path from 'node:path'
import t from 'tap'
import type { Attention } from '../../src/model/attention.ts'
import { emptyState } from '../../src/model/state.ts'
import { openFileStore } from '../../src/state/file-store.ts'
import { parseState } from '../../src/state/format.ts'
import { nodeDisk } from '../../src/system/disk.ts'
import { recordOf } from '../plan/world.ts'

const LAMP = 'IotJob/lamp-17'
const attention: Attention = {
  [LAMP]: [{ run: 1, finding: 'failed', acknowledged: '2026-11-15T09:00:00Z', reason: 'known' }],
  'IotJob/late': [{ run: 1, finding: 'expired:03391f675434', seen: '2026-11-15T09:00:00Z' }],
}

t.test('what needs a person is in the state, a line for each address, and never in the journal', async (t) => {
  const file = path.join(t.testdir(), 'jobs.state.json')
  const store = openFileStore({ path: file, disk: nodeDisk })
  const open = await store.open()
  await open.create(emptyState('night-shifts'))
  await open.append([{ set: 'record', address: LAMP, record: recordOf(LAMP) }])
  t.match(await open.commit([{ set: 'attention', attention }], 'acknowledge 1'), { is: 'committed' })
  const { serial } = open.state!
  await open.commit([{ set: 'attention', attention }], 'the same again')
  t.equal(open.state?.serial, serial, 'the same once more writes nothing')
  await open.append([{ set: 'record', address: LAMP, record: { ...recordOf(LAMP), lost: true } }])
  // A program of an older version refuses a journal with a change that it does not know.
  t.notMatch(fs.readFileSync(`${file}.journal`, 'utf8'), 'attention')
  await t.rejects(open.append([{ set: 'attention', attention }]), 'it is not for the journal')
  t.same((await store.read()).state?.attention, attention, 'a journal over it leaves it as it is')
  const text = fs.readFileSync(file, 'utf8')
  t.match(text, /\n {4}"IotJob\/lamp-17": \[\{"acknowledged":"2026-11-15T09:00:00Z","finding":"failed"[^\n]*\n/)
  t.match(parseState(text), { state: { attention } })
})

t.test('a state whose notes are not of their form is damaged', async (t) => {
  for (const notes of [[], { [LAMP]: [{ run: 0, finding: 'failed' }] }, { [LAMP]: [{ run: 1 }] }, { lamp: [] }])
    t.match(parseState(JSON.stringify({ ...emptyState('night-shifts'), attention: notes })), {
      problem: { code: 'STATE_DAMAGED' },
    })
})
