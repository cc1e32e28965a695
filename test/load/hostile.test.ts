import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { MODELS } from '../../src/kinds/models.ts'
import { load } from '../../src/load/load.ts'

const HEAD = 'apiVersion: jobwright/v1\nkind: IotJob\nmetadata: { name: bad }\nspec:\n'
const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefghi']
  .map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[index]}`).join(',')}]`)
  .join('\n')}\n`

// Each of them has killed a program, or made it hang or leak, somewhere.
const texts: Record<string, [text: string | Buffer, code: string]> = {
  'alias-bomb.yaml': [`${HEAD}  document:\n${bomb.replace(/^/gm, '    ')}`, 'SPEC_TOO_MANY_VALUES'],
  'alias-many.yaml': [`a: &a x\nb: [${Array(101).fill('*a').join(',')}]\n`, 'SPEC_TOO_MANY_ALIASES'],
  'alias-deep.yaml': [
    Array.from({ length: 40 }, (_, n) => `a${n}: &a${n} ${n === 0 ? 'x' : `[*a${n - 1}]`}\n`).join(''),
    'SPEC_TOO_DEEP',
  ],
  'alias-cycle.yaml': ['a: &a { b: *a }\n', 'SPEC_ALIAS'],
  'brackets.yaml': [`${'['.repeat(900)}\n---\n${'['.repeat(900)}\n`, 'SPEC_TOO_DEEP'],
  'brackets-closed.yaml': [`a: ${'['.repeat(20_000)}${']'.repeat(20_000)}\n`, 'SPEC_TOO_DEEP'],
  'braces.yaml': [`a: ${'{a: '.repeat(2000)}\n`, 'SPEC_TOO_DEEP'],
  'dashes.yaml': [`${'- '.repeat(20_000)}x\n`, 'SPEC_TOO_DEEP'],
  'questions.yaml': [`${'? '.repeat(20_000)}x\n`, 'SPEC_TOO_DEEP'],
  'flow-questions.yaml': [`[${'? '.repeat(20_000)}x]\n`, 'SPEC_SYNTAX'],
  'colons.yaml': [`${'a: '.repeat(500)}x\n`, 'SPEC_TOO_DEEP'],
  'bare-colons.yaml': [`${': '.repeat(900)}x\n`, 'SPEC_TOO_DEEP'],
  'flow-colons.yaml': [`[${'a: '.repeat(900)}x]\n`, 'SPEC_SYNTAX'],
  'indents.yaml': [Array.from({ length: 500 }, (_, depth) => `${' '.repeat(depth)}a:\n`).join(''), 'SPEC_TOO_DEEP'],
  'lists-in-maps.yaml': [
    Array.from({ length: 200 }, (_, depth) => `${' '.repeat(depth * 2)}- a:\n`).join(''),
    'SPEC_TOO_DEEP',
  ],
  'long-scalar.yaml': [`a: ${'x'.repeat(10 * 1024 * 1024)}\n`, 'SPEC_TOO_LARGE'],
  'many-keys.yaml': [Array.from({ length: 20_000 }, (_, n) => `k${n}: 1\n`).join(''), 'SPEC_TOO_MANY_KEYS'],
  'more-keys.yaml': [Array.from({ length: 100_000 }, (_, n) => `k${n}: 1\n`).join(''), 'SPEC_TOO_LARGE'],
  'flow-keys.yaml': [`{${Array.from({ length: 50_000 }, (_, n) => `k${n}`).join(',')}}`, 'SPEC_TOO_LARGE'],
  'many-items.yaml': [`[${'1,'.repeat(100_000)}]\n`, 'SPEC_TOO_MANY_VALUES'],
  'many-documents.yaml': ['--- 1\n'.repeat(20_000), 'SPEC_TOO_MANY_DOCUMENTS'],
  'anchors.yaml': [`${'&a '.repeat(20_000)}x\n`, 'SPEC_SYNTAX'],
  'tags.yaml': [`${'!a '.repeat(20_000)}x\n`, 'SPEC_TAG'],
  'duplicate-keys.yaml': [`${HEAD}  targets: [a]\n  targets: [b]\n`, 'SPEC_DUPLICATE_KEY'],
  'nul.yaml': ['kind: Iot\0Job\n', 'SPEC_CONTROL_CHARACTER'],
  'escape.yaml': ['# \x1b]0;owned\x07\n', 'SPEC_CONTROL_CHARACTER'],
  'carriage-return.yaml': ['kind: x # fine\r  targets: []\n', 'SPEC_CONTROL_CHARACTER'],
  'surrogate.yaml': [`${HEAD}  description: "\\ud800"\n`, 'SPEC_CONTROL_CHARACTER'],
  'latin1.yaml': [Buffer.from('name: caf\xe9\n', 'latin1'), 'SPEC_NOT_UTF8'],
  'utf16.yaml': [Buffer.from('\ufeffkind: IotJob\n', 'utf16le'), 'SPEC_NOT_UTF8'],
  'prototype.yaml': [
    `${HEAD}  __proto__: { polluted: 1 }\n  constructor: { prototype: { polluted: 1 } }\n`,
    'SPEC_RESERVED_KEY',
  ],
  'unclosed.yaml': [`a: "${'x\n'.repeat(50_000)}`, 'SPEC_SYNTAX'],
  'binary.yaml': [Buffer.from(Array.from({ length: 4096 }, (_, n) => (n * 31) % 256)), 'SPEC_NOT_UTF8'],
}

t.test('each hostile file ends in a diagnostic, all in one process, and their neighbour is still read', async (t) => {
  const GOOD = `${HEAD.replace('bad', 'good')}  targets: [ "arn:aws:iot:eu-west-1:123456789012:thing/kiosk-1" ]\n  document: {}\n`
  const files = Object.fromEntries(Object.entries(texts).map(([name, [text]]) => [name, text]))
  const root = t.testdir({
    specs: {
      ...files,
      'good-bom-crlf.yaml': `\ufeff${GOOD.replaceAll('\n', '\r\n')}`,
      'folder.yaml': { 'inner.yaml': GOOD },
      'environ.yaml': t.fixture('symlink', '/proc/self/environ'),
      'zero.yaml': t.fixture('symlink', '/dev/zero'),
      'nowhere.yaml': t.fixture('symlink', 'nothing-there'),
      'loop.yaml': t.fixture('symlink', 'loop.yaml'),
      'git.yaml': t.fixture('symlink', '../.git/config'),
      linked: t.fixture('symlink', '..'),
    },
    '.git': { config: 'token: ghs_secret\n' },
  })
  execFileSync('mkfifo', [path.join(root, 'specs/pipe.yaml')])

  const before = process.memoryUsage().rss
  const { specs, diagnostics, complete } = await load({ root, kinds: MODELS })
  const grown = (process.memoryUsage().rss - before) / 2 ** 20

  t.strictSame(
    specs.map((one) => [one.address, one.place.file]),
    [['IotJob/good', 'specs/good-bom-crlf.yaml']],
  )
  t.equal(complete, false)
  const codes = new Map(diagnostics.map((one) => [one.place?.file, one]))
  const found = (name: string) => codes.get(`specs/${name}`)
  t.strictSame(
    Object.keys(texts).map((name) => [name, found(name)?.code]),
    Object.entries(texts).map(([name, [, code]]) => [name, code]),
  )
  const links = {
    'environ.yaml': 'SPEC_OUTSIDE it leads out of the repository, or into .git',
    'zero.yaml': 'SPEC_OUTSIDE it leads out of the repository, or into .git',
    'git.yaml': 'SPEC_OUTSIDE it leads out of the repository, or into .git',
    'nowhere.yaml': 'SPEC_UNREADABLE there is no such file',
    'loop.yaml': 'SPEC_UNREADABLE it cannot be read (ELOOP)',
    'pipe.yaml': 'SPEC_UNREADABLE it is a pipe, not a file',
    'folder.yaml': 'SPEC_UNREADABLE it is a folder named like a spec file',
    linked: 'SPEC_UNREADABLE it is a link to a folder, which is not followed',
  }
  t.strictSame(
    Object.fromEntries(Object.keys(links).map((name) => [name, `${found(name)?.code} ${found(name)?.message}`])),
    links,
  )
  const text = JSON.stringify(diagnostics)
  t.notMatch(text, /ghs_secret|PATH=/, 'nothing of a file outside is told')
  t.ok(text.length < 50_000, 'and nothing is told at length')
  t.strictSame(({} as Record<string, unknown>)['polluted'], undefined)
  t.ok(grown < 300, `memory grows by a bounded amount, not ${grown.toFixed(0)} MiB`)
  t.match(found('latin1.yaml')?.message, /offset 9 /)
})

t.test('a file that grows while it is read, or has no size, is bounded as well', async (t) => {
  const root = t.testdir({ specs: {} })
  fs.writeFileSync(path.join(root, 'specs/a.yaml'), 'x'.repeat(256 * 1024 + 1))
  const { diagnostics } = await load({ root, kinds: MODELS })
  t.match(diagnostics, [{ code: 'SPEC_TOO_LARGE', message: 'the file has 262,145 bytes' }])
  // A file of /proc says that it has 0 bytes.
  const proc = await load({ root: '/proc/self', kinds: MODELS, patterns: ['smaps'] })
  t.match(proc.diagnostics[0]?.code, /^SPEC_/)
})
