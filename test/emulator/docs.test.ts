import fs from 'node:fs'
import t from 'tap'
import { faultTable } from '../../src/emulator/faults.ts'
import { defaultLimits } from '../../src/emulator/limits.ts'
import { openWorld } from './setup.ts'

const PAGE = fs.readFileSync(new URL('../../docs/emulator.md', import.meta.url), 'utf8')

/** The first cells of the tables of a page, with those beside them. */
const rows = new Map(
  [...PAGE.matchAll(/^\| `([^`]+)` \| ([^|]+) \|/gm)].map(([, name = '', cell = '']) => [name, cell]),
)

t.test('the emulator’s page lists every fault, and whether its call is carried out', (t) => {
  for (const [name, { execute }] of Object.entries(faultTable)) {
    t.equal(rows.get(name), name === 'repeat' ? 'twice' : execute ? 'yes' : 'no', name)
  }
  for (const name of ['delay', 'late', 'list-lag', 'tag-lag']) t.ok(rows.has(name), name)
  t.end()
})

t.test('it lists every limit with its default', (t) => {
  for (const [name, value] of Object.entries(defaultLimits)) {
    t.equal(rows.get(name)?.replaceAll('`', ''), JSON.stringify(value), name)
  }
  t.end()
})

t.test('it lists every request of the control plane, and its rules are accepted', async (t) => {
  const world = await openWorld(t)
  const said = (await world.control('GET', 'nothing').catch(String)) as { error: string } | string
  const text = typeof said === 'string' ? said : said.error
  const places = [...text.matchAll(/(GET|PUT|POST) (health|clock|jobs|calls|buckets|faults|limits|advance|reset)/g)]
  t.equal(places.length, 10)
  for (const [, method, place] of places) t.ok(rows.has(`${method} /_emulator/${place}`), `${method} ${place}`)
  const rules = /```json\n([\s\S]*?)\n```/.exec(PAGE)?.[1] ?? ''
  t.strictSame(await world.control('PUT', 'faults', JSON.parse(rules)), { faults: 4 })
})
