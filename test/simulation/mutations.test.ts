import fs from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { MUTATIONS } from './mutations.ts'
import { RULES } from './rules.ts'
import { WORKER_RULES } from './worker-rules.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const ALL = [...MUTATIONS, ...RULES, ...WORKER_RULES]

t.test('every mutant fits: its text stands exactly once in its file, and something else takes its place', async (t) => {
  const misfits = ALL.flatMap(({ name, file, from, to }) => {
    const times = fs.readFileSync(`${ROOT}${file}`, 'utf8').split(from).length - 1
    return times === 1 && from !== to ? [] : `${name}: ${times} times in ${file}`
  })
  t.strictSame(misfits, [])
})

t.test('every mutant has a name of its own, and a test that is there', async (t) => {
  t.equal(new Set(ALL.map(({ name }) => name)).size, ALL.length)
  const tests = ALL.flatMap((one) => (typeof one.in === 'object' && 'test' in one.in ? one.in.test : []))
  t.strictSame(
    [...new Set(tests)].filter((test) => !fs.existsSync(`${ROOT}${test}`)),
    [],
  )
})
