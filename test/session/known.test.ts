import fs from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { MODELS } from '../../src/kinds/index.ts'
import { type Loaded, load } from '../../src/load/load.ts'
import { emptyState } from '../../src/model/state.ts'
import { createKnown, type Known } from '../../src/session/known.ts'
import { serialiseState } from '../../src/state/format.ts'

const spec = (name: string, operation: string) => `apiVersion: jobwright/v1
kind: IotJob
metadata: { name: ${name} }
spec:
  targets: ['arn:aws:iot:eu-west-1:123456789012:thing/kiosk-0117']
  document: { operation: ${operation} }
`

/** Loads with a memory, and counts the texts that it checked anew. */
async function loadCounted(root: string, known: Known): Promise<{ loaded: Loaded; checked: number }> {
  const { source, memory } = known.begin()
  let checked = 0
  const counting = memory && {
    ...memory,
    keep: (...kept: Parameters<typeof memory.keep>) => {
      checked++
      memory.keep(...kept)
    },
  }
  return { loaded: await load({ root, kinds: MODELS, source, memory: counting }), checked }
}

/** What a command sees of loaded specs; a function of theirs is equal to no other. */
function look(loaded: Loaded): unknown {
  return { ...loaded, locate: undefined }
}

t.test('one edited file is checked again, and the result is the one without a memory', async (t) => {
  const names = Array.from({ length: 12 }, (_, index) => `night-${index}`)
  const files = Object.fromEntries(names.map((name) => [`${name}.yaml`, spec(name, 'reboot')]))
  const root = fs.realpathSync(t.testdir({ specs: files }))
  const write = (name: string, text: string) => fs.writeFileSync(path.join(root, 'specs', `${name}.yaml`), text)
  const known = createKnown(root)
  const compare = async (checkedNow: number, what: string) => {
    const { loaded, checked } = await loadCounted(root, known)
    t.same(look(loaded), look(await load({ root, kinds: MODELS })), what)
    t.equal(checked, checkedNow, what)
  }
  await compare(12, 'at first')
  await compare(0, 'nothing changed')
  write('night-3', spec('night-3', 'update'))
  await compare(1, 'one edit')
  write('night-4', spec('night-3', 'update'))
  await compare(0, 'a copy of a known text, which clashes')
  write('night-5', spec('night-5', 'update').replace('targets', 'target'))
  await compare(0, 'a wrong spec is not remembered')
  write('night-5', '')
  write('night-4', spec('night-4', 'update'))
  await compare(1, 'an empty file')
  fs.rmSync(path.join(root, 'specs/night-6.yaml'))
  write('night-5', spec('night-5', 'reboot'))
  await compare(1, 'a file that is gone, and one that is back')
})

t.test('what this process checked itself is no memory of another run', async (t) => {
  const root = fs.realpathSync(t.testdir({ specs: { 'a.yaml': spec('attic', 'reboot') } }))
  const known = createKnown(root)
  await loadCounted(root, known)
  const { loaded, checked } = await loadCounted(root, known)
  t.equal(checked, 0)
  t.equal(loaded.recalled.size, 0)
})

t.test('a state is parsed once as long as its text is the same', async (t) => {
  const { stateReader } = createKnown(t.testdir({}))
  const text = serialiseState(emptyState('night-shifts'))
  const first = stateReader.parse(text, 'w')
  t.equal(stateReader.parse(`${text}`, 'w'), first)
  t.equal(stateReader.digest(text), stateReader.digest(text))
  const other = serialiseState({ ...emptyState('night-shifts'), serial: 1 })
  t.match(stateReader.parse(other, 'w'), { state: { serial: 1 } })
  t.match(stateReader.parse('{', 'w'), { problem: { code: 'STATE_DAMAGED' } })
  t.match(stateReader.parse(text, 'w'), { state: { serial: 0 } })
})
