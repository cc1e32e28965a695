import fs from 'node:fs'
import t from 'tap'
import { KINDS, LIMITS, RULES } from './cases.ts'
import { check } from './checker.ts'

/*
 * The small configurations of proof/CreateProtocol.tla. `npm run model` checks the large ones.
 */

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
    t.equal(check({ ...at, removed: name }).violated, violates)
  })
}

for (const { name, words, violates, at } of LIMITS) {
  t.test(`the model shows what cannot be detected: ${words}`, async (t) => {
    t.equal(check({ ...at, beyond: name }).violated, violates)
  })
}

t.test('docs/proof.md shows the counterexamples that the checker finds', async (t) => {
  const page = fs.readFileSync(new URL('../../docs/proof.md', import.meta.url), 'utf8')
  for (const name of ['lease', 'look']) {
    const { at } = RULES.find((rule) => rule.name === name)!
    const { trace } = check({ ...at, removed: name }, { traced: true })
    const shown = [...page.matchAll(/^ *\d+ {2}(\S+(?: \S+)*?)(?: {2,}.*)?$/gm)].map(([, action]) => action)
    t.ok(shown.join('\n').includes(trace.join('\n')), trace.join(', '))
  }
})
