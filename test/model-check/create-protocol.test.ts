import fs from 'node:fs'
import t from 'tap'
import { KINDS, LIMITS, RULES } from './cases.ts'
import { check } from './checker.ts'

/*
 * The small configurations of proof/CreateProtocol.tla. `npm run model` checks the large ones.
 */

/** The rules whose counterexamples docs/proof.md shows. */
const SHOWN = ['lease', 'look']

/** The actions of the traces in docs/proof.md, one a line. */
function shownActions(): string {
  const page = fs.readFileSync(new URL('../../docs/proof.md', import.meta.url), 'utf8')
  return [...page.matchAll(/^ *\d+ {2}(\S+(?: \S+)*?)(?: {2,}.*)?$/gm)].map(([, action]) => action).join('\n')
}

for (const kind of KINDS) {
  const name = kind.kind === 'id' ? `id, ${'isMarked' in kind ? 'unmarked' : 'marked'}` : kind.kind
  t.test(`no fault of one process makes a second job, a foreign act or a silent loss (${name})`, async (t) => {
    const { holds, violated, states } = check({ ...kind, processes: 1, faults: 1 })
    t.ok(holds, violated ?? 'holds')
    t.ok(states > 50, `${states} states`)
  })
}

t.test('two processes at once make one job', async (t) => {
  for (const kind of KINDS) t.ok(check({ ...kind, processes: 2, faults: 0 }).holds, kind.kind)
  t.ok(check({ kind: 'marker', processes: 2, faults: 1 }).holds, 'with a fault')
})

t.test('the model gets to the end: each kind records its job', async (t) => {
  for (const kind of KINDS) {
    const { violated } = check({ ...kind, processes: 1, faults: 0, properties: ['NeverFinished'] })
    t.equal(violated, 'NeverFinished', kind.kind)
  }
})

for (const { name, words, violates, at } of RULES) {
  t.test(`without the rule "${words}" there is a counterexample`, async (t) => {
    const isShown = SHOWN.includes(name)
    const { violated, trace } = check({ ...at, removed: name }, { traced: isShown })
    t.equal(violated, violates)
    if (isShown) t.ok(shownActions().includes(trace.join('\n')), `docs/proof.md shows it: ${trace.join(', ')}`)
  })
}

for (const { name, words, violates, at } of LIMITS) {
  t.test(`the model shows what cannot be detected: ${words}`, async (t) => {
    t.equal(check({ ...at, beyond: name }).violated, violates)
  })
}
