import t from 'tap'
import type { JsonObject } from '../../src/model/json.ts'
import type { Planned } from '../../src/model/plan.ts'
import type { Preview } from '../../src/model/preview.ts'
import { formatPlan } from '../../src/report/plan-text.ts'
import { formatFullPreview, formatPreview } from '../../src/report/preview-text.ts'
import { measureWidth } from '../../src/report/width.ts'
import { plain, planned } from './fixtures.ts'

const narrow = { ...plain, width: 80 }
const groups = ['offices', 'depots', 'lobbies', 'gates', 'shops']
const preview: Preview = {
  target: 'prod',
  account: '123456789012',
  region: 'eu-west-1',
  consoleUrl: 'https://eu-west-1.console.aws.amazon.com/iot/home?region=eu-west-1#/jobhub',
  run: 1,
  goodUntil: '2026-11-28T19:45:00Z',
  members: [
    { pointer: '/targets', value: groups.map((name) => `arn:aws:iot:eu-west-1:123456789012:thinggroup/${name}`) },
    { pointer: '/roleArn', value: 'arn:aws:iam::123456789012:role/links' },
    { pointer: '/other', value: 'arn:aws:iot:eu-west-1:999999999999:thinggroup/theirs' },
    { pointer: '/document', value: { operation: 'restart', note: 'x'.repeat(100) } },
    { pointer: '/Manifest/pinCode', value: { $env: 'DISK_PIN' } },
  ],
}
const create = (shown: Preview): Planned => planned('IotJob', 'kiosks', { action: 'create', preview: shown })

t.test('an action shows in 80 columns where its job goes and what matters of it', async (t) => {
  const lines = formatPreview(create(preview), narrow)
  t.strictSame(lines, [
    '      in prod (123456789012, eu-west-1); can be submitted until',
    '      2026-11-28 19:45 UTC',
    '      targets: …:thinggroup/offices, …:thinggroup/depots, and 3 more',
    '      roleArn: …:role/links',
    '      other: arn:aws:iot:eu-west-1:999999999999:thinggroup/theirs',
    `      document: {"operation":"restart","note":"${'x'.repeat(32)}…`,
    '      pinCode: $env DISK_PIN',
  ])
  for (const line of lines) t.ok(measureWidth(line) <= 80)
  t.strictSame(formatPreview(create({ members: [{ pointer: '/a', value: '\u001b[2J\u202e##[x' }] }), narrow), [
    '      a: \\x1b[2J\\u202e##\\x5bx',
  ])
  t.match(
    formatPreview(create({ ...preview, members: preview.members!.flatMap((one) => [one, one]) }), narrow).at(-1),
    /2 more members/,
  )
})

t.test('a list shows the whole items that fit, and always how many more there are', async (t) => {
  const show = (width: number, items: readonly string[]): string => {
    const [, line = ''] = formatPreview(create({ account: '1', members: [{ pointer: '/targets', value: items }] }), {
      ...plain,
      width,
    })
    t.ok(measureWidth(line) <= width, line)
    return line.trim()
  }
  t.equal(show(120, groups), 'targets: offices, depots, lobbies, and 2 more')
  t.equal(show(51, groups), 'targets: offices, depots, lobbies, and 2 more')
  t.equal(show(50, groups), 'targets: offices, depots, and 3 more')
  t.equal(show(34, groups), 'targets: offices, and 4 more')
  t.equal(show(30, groups), 'targets: of…, and 4 more')
  t.equal(show(34, ['offices', 'depots', 'a']), 'targets: offices, depots, a')
  t.equal(show(33, ['offices', 'depots']), 'targets: offices, depots')
  t.equal(show(25, ['会議室会議室会議室会議室']), 'targets: 会議室会…')
})

t.test('a request in full reads like YAML, and loses nothing', async (t) => {
  const request: JsonObject = {
    jobId: 'kiosks',
    targets: ['arn:a', 'b: c'],
    document: JSON.stringify({ operation: 'restart', note: 'a text that makes it too long for one line' }),
    Manifest: 'deviceId: x\nbucket: y\n',
    Sources: [{ Bucket: 'b', Keys: ['k', 2] }, 'z'],
    text: 'true',
    number: 1,
    empty: {},
    none: [],
    'odd key': "it's",
    secret: { $env: 'KEY' },
    evil: '\u001b[2J',
  }
  t.strictSame(formatFullPreview(create({ ...preview, request }), narrow).slice(2), [
    '      console: https://eu-west-1.console.aws.amazon.com/iot/home?region=eu-west-1#/jobhub',
    '      request:',
    '        jobId: kiosks',
    '        targets:',
    '          - arn:a',
    '          - "b: c"',
    '        document: |',
    '          {',
    '            "operation": "restart",',
    '            "note": "a text that makes it too long for one line"',
    '          }',
    '        Manifest: |',
    '          deviceId: x',
    '          bucket: y',
    '        Sources:',
    '          - Bucket: b',
    '            Keys:',
    '              - k',
    '              - 2',
    '          - z',
    '        text: "true"',
    '        number: 1',
    '        empty: {}',
    '        none: []',
    '        "odd key": it\'s',
    '        secret:',
    '          $env: KEY',
    '        evil: "\\u001b[2J"',
  ])
})

t.test('a large plan has a row for each action, and says how to see more', async (t) => {
  const actions = Array.from({ length: 10_000 }, (_action, n) =>
    planned('IotJob', `lamp-${n}`, { action: 'create', preview }),
  )
  const plan = { actions, diagnostics: [], refusals: [] }
  const lines = formatPlan(plan, {}, narrow).split('\n')
  t.ok(lines.length < 10_020, `${lines.length} lines`)
  t.match(lines.join('\n'), /hint: to see what each action makes: jobwright plan --full\n/)
  const few = { ...plan, actions: actions.slice(0, 2) }
  t.match(formatPlan(few, {}, narrow), 'in prod (123456789012, eu-west-1)')
  t.notMatch(formatPlan(few, { verb: 'reconcile' }, narrow), 'in prod', 'a run tells what it does')
  t.match(formatPlan({ ...plan, actions }, { isFull: true }, narrow).split('\n').length > 20_000, true)
})
