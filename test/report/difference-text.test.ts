import t from 'tap'
import type { Json } from '../../src/model/json.ts'
import { cutPair, formatDifference, formatPath } from '../../src/report/difference-text.ts'
import { coloured, plain } from './fixtures.ts'

const format = (pointer: string, from: Json | undefined, to: Json | undefined, width = 80): string[] =>
  formatDifference({ pointer, ...(from !== undefined && { from }), ...(to !== undefined && { to }) }, '      ', {
    ...plain,
    width,
  })
const arn = (group: string): string => `arn:aws:iot:eu-west-1:123456789012:thinggroup/${group}`

t.test('a difference shows both values, cut to where they differ', async (t) => {
  t.strictSame(format('/targets/2', arn('offices'), arn('depots')), ['      targets[2]: - …/offices + …/depots'])
  t.strictSame(format('/S3Destination/ManifestKey', 'a.m3u8', 'b.m3u8'), [
    '      S3Destination.ManifestKey: - a.m3u8 + b.m3u8',
  ])
  t.strictSame(format('/targets/0', undefined, arn('depots')), [`      targets[0]: + ${arn('depots')}`])
  t.strictSame(format('/description', 'at night', undefined), ['      description: - "at night"'])
  t.strictSame(format('/n', 1, '1'), ['      n: - 1 + "1"'], 'a number is no text')
  t.strictSame(format('/n', 'true', true), ['      n: - "true" + true'])
  t.match(format('/a', 'caf\u00e9', 'cafe\u0301')[0], /u00e9.*u0301/, 'what looks alike is shown by its codes')
  const long = 'x'.repeat(300)
  t.strictSame(
    format('/description', `${long}1${long}`, `${long}2${long}`),
    [
      `      description: - …${'x'.repeat(16)}1${'x'.repeat(40)}…`,
      `                   + …${'x'.repeat(16)}2${'x'.repeat(40)}…`,
    ],
    'two lines, and never two equal ones',
  )
  t.strictSame(
    format('/document', { $digest: `sha256:${'a'.repeat(64)}` }, { $digest: `sha256:${'b'.repeat(64)}` }, 120),
    [`      document: - text sha256:${'a'.repeat(20)}… + text sha256:${'b'.repeat(20)}…`],
    'the record has only the digest of a long text',
  )
  t.strictSame(format('/a', 'safe', '\u001b[2J'), ['      a: - safe + \\x1b[2J'])
  t.match(formatDifference({ pointer: '/a', from: 'x', to: 'y' }, '', coloured)[0], /\u001b\[31m- x.*\u001b\[32m\+ y/)
})

t.test('two different values never look the same, however long they are', async (t) => {
  const texts = [
    '',
    'a',
    'b',
    `${'x'.repeat(60)}`,
    `${'x'.repeat(61)}`,
    `${'👾'.repeat(50)}a`,
    `${'👾'.repeat(50)}b`,
    arn('a'),
    arn('ab'),
  ]
  for (const from of texts) {
    for (const to of texts) {
      const [before, after] = cutPair(from, to, 40)
      t.equal(before === after, from === to, `${before} and ${after}`)
    }
  }
})

t.test('texts with lines are a unified diff', async (t) => {
  const lines = Array.from({ length: 30 }, (_line, n) => `step ${n}`)
  const text = `${lines.join('\n')}\n`
  t.strictSame(format('/document', text, text.replace('step 7', 'step seven')), [
    '      document:',
    '        @@ -6,5 +6,5 @@',
    '         step 5',
    '         step 6',
    '        -step 7',
    '        +step seven',
    '         step 8',
    '         step 9',
  ])
  const other = lines.map((line) => `${line}!`).join('\n')
  const all = format('/document', text, other)
  t.equal(all.length, 42, 'a long diff ends')
  t.match(all.at(-1), /and \d+ more lines/)
  const wide = 'y'.repeat(200)
  const [, , removed, added] = format('/document', `${wide}1\n`, `${wide}2\n`)
  t.match(removed, /^ +-….*1$/)
  t.match(added, /^ +\+….*2$/)
})

t.test('a pointer is named like a path', async (t) => {
  t.strictSame(['', '/targets/2', '/a/b/0/c', '/tags/x y', '/a/b~1c', '/\u202e'].map(formatPath), [
    'spec',
    'targets[2]',
    'a.b[0].c',
    'tags["x y"]',
    'a["b/c"]',
    '["\\u202e"]',
  ])
})
