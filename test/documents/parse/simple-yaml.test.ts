import fs from 'node:fs'
import path from 'node:path'
import t, { type Test } from 'tap'
import { parseSource } from '../../../src/documents/parse/parse-source.ts'
import { parseSimpleYaml } from '../../../src/documents/parse/simple-yaml.ts'
import { createSource } from '../../../src/documents/parse/source.ts'
import { seeded } from '../../plan/seeded.ts'

const TEXTS = ['specs', 'test/fixtures']
  .flatMap((folder) =>
    fs.readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => path.join(folder, file)),
  )
  .filter((file) => /\.ya?ml$/.test(file))
  .sort()
  .map((file) => createSource('', fs.readFileSync(file, 'utf8')).text)

/** Compares the two parsers. Returns false if the text is not plain. */
function isPlainAndSame(t: Test, text: string): boolean {
  const plain = parseSimpleYaml(text)
  if (plain === undefined) return false
  const { documents, refused } = parseSource(createSource('', text))
  // One assertion for each of so many texts would take longer than the test.
  const [found, wanted] = [JSON.stringify(plain), JSON.stringify(documents)]
  if (found !== wanted || refused.length > 0) t.same([plain, []], [documents, refused], text)
  return true
}

const PLAIN: readonly [what: string, text: string][] = [
  ['a mapping', 'a: b\nc:\n  d: 1\n'],
  ['no line feed at the end', 'a: b'],
  ['a list in the column of its key', 'a:\n- b\n- c: 1\n  d: 2\nc: x\n'],
  ['a list of mappings', 'a:\n  - b:\n      - c\n    d: e\n'],
  ['quotes', 'a: "b # c"\nd: \'e: "f"\' # g\n'],
  ['comments and empty lines', '# a\n\nb: c # d\n  # e\n\nf: g\n'],
  ['several documents', '---\na: b\n---\n# c\nd: e\n'],
  ['flow collections', 'a: { b: [c, "d"], e: {}, f: [] } # g\n'],
  ['JSON', 'a: {"b":[1,{"c":true}],"1":"x"}\n'],
  ['a literal block', 'a: |\n  # b\n    c: "d"\n\n  e\n\nf: g\n'],
  ['values with colons', 'a: arn:aws:iot:eu-west-1:1:thing/b\nc: https://d/e?f=g#h\n'],
  ['numbers', 'a: 12\nb: -3\nc: 1.5\nd: true\ne: 12 Road\nf: 2026-11-14\n'],
  ['letters of other languages', 'a: Zürich – 東京\n'],
]

t.test('plain YAML is read without the YAML parser, and means the same', async (t) => {
  for (const [what, text] of PLAIN) t.ok(isPlainAndSame(t, text), what)
})

const OTHER: readonly string[] = [
  '',
  '# a\n',
  'a:\n',
  'a: null\n',
  'a: ~\n',
  'a: True\n',
  'a: 007\n',
  'a: 1.50\n',
  'a: 1e3\n',
  'a: -0\n',
  'a: .5\n',
  'a: 9007199254740993\n',
  'a: b\n  c\n',
  'a: b: c\n',
  'a: b\na: c\n',
  'a: {b: c, b: d}\n',
  'a: [b: c]\n',
  'a: [[ "b" c ]]\n',
  'a: { b: c',
  'a: "b" c\n',
  'a: "b\\n"\n',
  "a: 'b''c'\n",
  'a: "b"#c\n',
  'a: &b c\n',
  'a: *b\n',
  'a: !b c\n',
  'a: >\n  b\n',
  'a: |-\n  b\n',
  'a: |\n  b',
  'a: |\n    b\n  c\n',
  '__proto__: a\n',
  '"<<": a\n',
  'a: {"constructor":1}\n',
  'true: a\n',
  '? a\n: b\n',
  '- a\n',
  ' a: b\n',
  'a: b\n c: d\n',
  'a:\n   b: c\n  d: e\n',
  '%YAML 1.1\n---\na: yes\n',
  'a: b\n...\n',
  'a: b\n---\n',
  '--- a\n',
  'a:\tb\n',
  'a: b\r\n',
  'a: \u0007\n',
  'a: \ud800\n',
  'a: \u2028\n',
]

t.test('everything else is left to the YAML parser', async (t) => {
  t.strictSame(
    OTHER.filter((text) => parseSimpleYaml(text) !== undefined),
    [],
  )
})

t.test('a text near the limits is left to the YAML parser, which counts exactly', async (t) => {
  const [keys, deep] = [Array.from({ length: 900 }, (_, n) => `k${n}: v\n`), Array.from({ length: 20 })]
  t.equal(parseSimpleYaml(keys.join('')), undefined)
  t.equal(parseSimpleYaml(`a: ${'['.repeat(20)}${']'.repeat(20)}\n`), undefined)
  t.equal(
    parseSimpleYaml(
      deep
        .map((_, n) => `${' '.repeat(n)}a:\n`)
        .join('')
        .replace(/\n$/, ' b\n'),
    ),
    undefined,
  )
  t.equal(parseSimpleYaml('a: b\n---\n'.repeat(901).replace(/---\n$/, '')), undefined)
  t.equal(parseSimpleYaml(`a: ${'b'.repeat(251_000)}\n`), undefined)
})

t.test('every fixture that is plain means the same', async (t) => {
  const plain = TEXTS.filter((text) => isPlainAndSame(t, text))
  t.ok(plain.length > TEXTS.length / 2, `${plain.length} of ${TEXTS.length}`)
})

const PIECES = [
  '\n',
  '\n',
  '\n  ',
  '\n    ',
  '\n      ',
  '\n ',
  ' ',
  '  ',
  '- ',
  '-',
  '---\n',
  '---',
  '...',
  ': ',
  ':',
  ', ',
  ',',
  '"',
  "'",
  '#',
  ' # c',
  '{',
  '}',
  '[',
  ']',
  '|',
  '| ',
  '>',
  '&a x',
  '*a',
  '!t',
  '? ',
  '%',
  '\\',
  '\t',
  '\r\n',

  'a',
  'b c',
  'x: y',
  'x:y',
  'key:',
  'key: v',
  '- k: v',
  '"q"',
  "'s'",
  '"q" #c',
  '(x)',
  'a#b',
  'a #b',
  'é',
  '\u2003',
  '1',
  '007',
  '1.50',
  '-1',
  '-0',
  '0x1f',
  '1e3',
  '.5',
  '+1',
  '9007199254740993',
  '2026-11-14',
  'Infinity',
  '-a',
  'true',
  'True',
  'null',
  '~',
  'yes',
  '__proto__',
  '<<',
  'null: 1',
  '1: 2',
  '\ufeff',
  '@',
  '`',
  '=',

  'a: |\n    t\n',
  '- |\n   x\n',
  'k: [1, a, "b"]',
  'k: { a: b, c: [d] }',
  '{"a":1}',
  '{"a" : 1}',
  '"a": ',
  '"<<": 1',
] as const

t.test('random texts and random edits that are plain mean the same', async (t) => {
  const random = seeded(1529)
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)]!
  const starts = ['', 'a: 1\n', '---\n', '# c\n', 'l:\n  - a\n  - b: c\n', 's: |\n  x\n   y\n\n  z\n', 'f: {"g":1}\n']
  const invent = (): string => pick(starts) + Array.from({ length: 1 + random() * 10 }, () => pick(PIECES)).join('')
  const edit = (text: string): string => {
    const at = Math.floor(random() * text.length)
    return text.slice(0, at) + pick(PIECES) + text.slice(at + Math.floor(random() * 6))
  }
  let plain = 0
  for (let round = 0; round < 10_000; round++) {
    const text = random() < 0.5 ? `${invent()}\n` : edit(edit(pick(TEXTS)))
    if (isPlainAndSame(t, text)) plain += 1
  }
  t.ok(plain > 500, `${plain} texts are plain`)
})
