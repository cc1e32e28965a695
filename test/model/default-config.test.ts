import fs from 'node:fs'
import t from 'tap'
import { parse } from 'yaml'
import { formatConfig } from '../../src/commands/init/templates/config.ts'
import { DEFAULT_CONFIG } from '../../src/model/default-config.ts'

type Member = { readonly default?: unknown; readonly properties?: Readonly<Record<string, Member>> }

const { specs, guards } = (
  JSON.parse(fs.readFileSync(new URL('../../schemas/config.schema.json', import.meta.url), 'utf8')) as {
    readonly properties: { readonly specs: Member; readonly guards: Member }
  }
).properties

t.test('the defaults of the program are those of the schema', async (t) => {
  t.strictSame(specs.default, DEFAULT_CONFIG.specs)
  const written = Object.entries(guards.properties ?? {}).map(([name, member]) => [name, member.default])
  t.strictSame(Object.fromEntries(written), DEFAULT_CONFIG.guards)
})

t.test('init writes the defaults of the program, as comments', async (t) => {
  const text = formatConfig({ store: 'file', schema: 'config.schema.json' })
  const comments = text.slice(text.indexOf('# guards:')).replace(/^# /gm, '')
  t.strictSame((parse(comments) as typeof DEFAULT_CONFIG).guards, DEFAULT_CONFIG.guards)
  t.strictSame((parse(text) as typeof DEFAULT_CONFIG).specs, DEFAULT_CONFIG.specs)
})
