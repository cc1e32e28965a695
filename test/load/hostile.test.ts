import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { MODELS } from '../../src/kinds/index.ts'
import { load } from '../../src/load/load.ts'
import { build, folder, start } from '../e2e/process.ts'

/*
 * Files that have killed a program, or made it hang or leak, somewhere. Those that a repository can hold are in fixtures/hostile/, in a folder
 * named by the code that they have to end in; those that are too large, or no files at all, are made here.
 */

build()

const CORPUS = fileURLToPath(new URL('../fixtures/hostile/', import.meta.url))
const HEAD = 'apiVersion: jobwright/v1\nkind: IotJob\nmetadata: { name: bad }\nspec:\n'
const KIB = 1024

/** Code and name -> text, for files that are too large to be committed. */
const LARGE: Readonly<Record<string, string | Buffer>> = {
  'SPEC_TOO_LARGE/long-scalar.yaml': `a: ${'x'.repeat(10 * KIB * KIB)}\n`,
  'SPEC_TOO_LARGE/more-keys.yaml': Array.from({ length: 100_000 }, (_, n) => `k${n}: 1\n`).join(''),
  'SPEC_TOO_LARGE/keys-in-braces.yaml': `{${Array.from({ length: 50_000 }, (_, n) => `k${n}`).join(',')}}`,
  'SPEC_TOO_MANY_KEYS/many-keys.yaml': Array.from({ length: 20_000 }, (_, n) => `k${n}: 1\n`).join(''),
  'SPEC_TOO_MANY_VALUES/many-items.yaml': `[${'1,'.repeat(100_000)}]\n`,
  'SPEC_TOO_MANY_DOCUMENTS/many-documents.yaml': '--- 1\n'.repeat(20_000),
  'SPEC_TOO_DEEP/brackets-closed.yaml': `a: ${'['.repeat(20_000)}${']'.repeat(20_000)}\n`,
  'SPEC_TOO_DEEP/dashes.yaml': `${'- '.repeat(20_000)}x\n`,
  'SPEC_TOO_DEEP/questions.yaml': `${'? '.repeat(20_000)}x\n`,
  'SPEC_TOO_DEEP/indents.yaml': Array.from({ length: 500 }, (_, depth) => `${' '.repeat(depth)}a:\n`).join(''),
  'SPEC_SYNTAX/questions-in-brackets.yaml': `[${'? '.repeat(20_000)}x]\n`,
  'SPEC_SYNTAX/anchors.yaml': `${'&a '.repeat(20_000)}x\n`,
  'SPEC_SYNTAX/quote-without-end.yaml': `a: "${'x\n'.repeat(50_000)}`,
  'SPEC_SYNTAX/an-error-a-line.yaml': `${'x: "\n'.repeat(900)}`,
  'SPEC_TAG/tags.yaml': `${'!a '.repeat(20_000)}x\n`,
  'SPEC_LENGTH/long-name.yaml': HEAD.replace('bad', 'x'.repeat(200 * KIB)),
  'SPEC_PATTERN/much-for-an-arn.yaml': `${HEAD}  targets: [ "${'.s3'.repeat(600)}" ]\n  document: {}\n`,
  'SPEC_UNKNOWN_KIND/long-kind.yaml': HEAD.replace('IotJob', 'I'.repeat(200 * KIB)),
  'SPEC_NOT_UTF8/binary.yaml': Buffer.from(Array.from({ length: 4096 }, (_, n) => (n * 31) % 256)),
}

/** A repository that holds all of them, and `file -> code` for each. */
async function corpus(t: Test): Promise<{ root: string; expected: Map<string, string> }> {
  const root = path.join(
    folder(t, { 'outside.yaml': 'token: ghs_secret\n', 'here/.git/config': 'token: ghs_secret\n' }),
    'here',
  )
  const specs = path.join(root, 'specs')
  fs.cpSync(CORPUS, specs, { recursive: true })
  for (const [file, text] of Object.entries(LARGE)) {
    fs.mkdirSync(path.join(specs, path.dirname(file)), { recursive: true })
    fs.writeFileSync(path.join(specs, file), text)
  }
  await noFiles(t, specs)
  const codes = fs.readdirSync(specs, { recursive: true, encoding: 'utf8' }).flatMap((file) => {
    const code = file.split(path.sep)[0]!
    return file.endsWith('.yaml') && code.startsWith('SPEC_') ? [[`specs/${file}`, code] as const] : []
  })
  return { root, expected: new Map(codes) }
}

const OUTSIDE = ['environ', 'zero', 'git', 'up']

/** Links, folders, pipes, sockets and devices with the names of spec files. */
async function noFiles(t: Test, specs: string): Promise<void> {
  const [outside, unreadable] = [path.join(specs, 'SPEC_OUTSIDE'), path.join(specs, 'SPEC_UNREADABLE')]
  fs.mkdirSync(outside)
  fs.mkdirSync(unreadable)
  const targets = ['/proc/self/environ', '/dev/zero', '../../.git/config', '../../../outside.yaml']
  for (const [index, target] of targets.entries()) fs.symlinkSync(target, path.join(outside, `${OUTSIDE[index]}.yaml`))
  fs.symlinkSync('nothing-there', path.join(unreadable, 'nowhere.yaml'))
  fs.symlinkSync('loop.yaml', path.join(unreadable, 'loop.yaml'))
  fs.symlinkSync('../..', path.join(specs, 'linked'))
  fs.mkdirSync(path.join(unreadable, 'folder.yaml'))
  fs.writeFileSync(path.join(unreadable, 'folder.yaml/inner.yml'), HEAD)
  execFileSync('mkfifo', [path.join(unreadable, 'pipe.yaml')])
  await listening(t, unreadable)
}

/** A socket that somebody listens on. */
async function listening(t: Test, where: string): Promise<void> {
  const server = net.createServer()
  const socket = path.join(where, 'socket.yaml')
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(socket, resolve))
  t.teardown(() => server.close())
}

// Each test reads it, and none writes to it.
const { root, expected } = await corpus(t)

t.test(
  'each hostile file gets its diagnostic, in one process of small memory, and its neighbour is still read',
  async (t) => {
    const run = await start(['validate', '--output', 'json'], {
      cwd: root,
      // Whoever builds up what one of these files describes does not fit in.
      node: ['--max-old-space-size=128'],
    })
    t.equal(run.code, 3, run.stderr.slice(-500))
    const codes = new Map<unknown, unknown[]>()
    for (const { type, file, code } of run.lines) {
      if (type === 'diagnostic') codes.set(file, [...(codes.get(file) ?? []), code])
    }
    t.strictSame(
      [...expected].filter(([file, code]) => !codes.get(file)?.includes(code)).map(([file]) => [file, codes.get(file)]),
      [],
      `all ${expected.size} say what they are`,
    )
    t.ok(expected.size > 60)
    t.strictSame(
      [...codes.keys()].filter((file) => !expected.has(String(file))),
      ['specs/linked'],
      'and nothing else is said, but of the link to a folder',
    )
    t.match(run.lines.at(-1), { type: 'summary', counts: { valid: 1 }, exitCode: 3 })
    t.ok(run.stdout.length < 60_000, 'nothing is told at length')
    t.notMatch(run.stdout + run.stderr, /ghs_secret|PATH=|root:/, 'nothing of a file outside is told')
    t.notMatch(
      run.stdout + run.stderr,
      /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/u,
      'nothing acts on a terminal',
    )
    t.notMatch(run.stdout, /^\s*::|##\[/m, 'and nothing runs a workflow command')
  },
)

t.test('in GitHub Actions its text, annotations and SARIF are harmless too', async (t) => {
  for (const form of ['text', 'sarif']) {
    const run = await start(['validate', '--output', form], {
      cwd: root,
      env: { GITHUB_ACTIONS: 'true', NO_COLOR: '1' },
      node: ['--max-old-space-size=128'],
    })
    t.equal(run.code, 3, form)
    t.notMatch(run.stdout + run.stderr, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/u, form)
    const commands = run.stdout.split('\n').filter((line) => /^\s*::|##\[/.test(line))
    t.strictSame(
      commands.filter((line) => !/^::(error|warning|notice) (file=[^:,]*,)?[a-zA-Z0-9=,_]*::[^:]/.test(line)),
      [],
      `${form}: workflow commands are our own`,
    )
    if (form === 'sarif') t.equal((JSON.parse(run.stdout) as { version: string }).version, '2.1.0')
  }
})

t.test('an entry that is not a file is named by its type', async (t) => {
  const { specs, diagnostics, complete } = await load({ root, kinds: MODELS })
  t.strictSame(
    specs.map((one) => [one.address, one.place.file]),
    [['IotJob/good', 'specs/sound/byte-order-mark-and-crlf.yaml']],
  )
  t.equal(complete, false)
  const said = new Map(diagnostics.map((one) => [one.place?.file, one.message]))
  const of = (file: string) => said.get(`specs/${file}`)
  for (const name of OUTSIDE) t.equal(of(`SPEC_OUTSIDE/${name}.yaml`), 'it leads out of the repository, or into .git')
  t.equal(of('SPEC_UNREADABLE/nowhere.yaml'), 'there is no such file')
  t.equal(of('SPEC_UNREADABLE/loop.yaml'), 'it cannot be read (ELOOP)')
  t.equal(of('SPEC_UNREADABLE/pipe.yaml'), 'it is a pipe, not a file')
  t.equal(of('SPEC_UNREADABLE/socket.yaml'), 'it is a socket or device, not a file')
  t.equal(of('SPEC_UNREADABLE/folder.yaml'), 'it is a folder named like a spec file')
  t.equal(of('linked'), 'it is a link to a folder, which is not followed')
  t.match(of('SPEC_NOT_UTF8/latin1.yaml'), /offset 9 /)
  t.strictSame(({} as Record<string, unknown>)['polluted'], undefined)
})

t.test('a file that grows during the read, or has no size, is bounded too', async (t) => {
  const root = t.testdir({ specs: {} })
  fs.writeFileSync(path.join(root, 'specs/a.yaml'), 'x'.repeat(256 * KIB + 1))
  const { diagnostics } = await load({ root, kinds: MODELS })
  t.match(diagnostics, [{ code: 'SPEC_TOO_LARGE', message: 'the file has 262,145 bytes' }])
  // A file of /proc says that it has 0 bytes.
  const proc = await load({ root: '/proc/self', kinds: MODELS, patterns: ['smaps'] })
  t.match(proc.diagnostics[0]?.code, /^SPEC_/)
})
