import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { MODELS } from '../../src/kinds/index.ts'
import { readConfig } from '../../src/load/config.ts'
import { isMatch } from '../../src/load/glob.ts'
import { load } from '../../src/load/load.ts'
import { DEFAULT_CONFIG } from '../../src/model/default-config.ts'

const iot = (name: string, document = '{ operation: reboot }') =>
  `apiVersion: jobwright/v1\nkind: IotJob\nmetadata: { name: ${name} }\nspec:\n  targets: [ "arn:aws:iot:eu-west-1:123456789012:thing/kiosk-1" ]\n  document: ${document}\n`

const said = ({ diagnostics }: { diagnostics: Awaited<ReturnType<typeof load>>['diagnostics'] }) =>
  diagnostics.map(({ severity, code, place, message }) => `${place?.file ?? '-'} ${severity} ${code} ${message}`)

t.test('the packaged examples are valid', async (t) => {
  const root = path.resolve(import.meta.dirname, '../..')
  const loaded = await load({ root, kinds: MODELS })
  t.strictSame(said(loaded), [])
  t.ok(loaded.specs.length >= 5)
  t.equal(new Set(loaded.specs.map((one) => one.kind)).size, MODELS.length, 'every kind has one')
})

t.test('files are found by folder, file and glob, sorted, each once', async (t) => {
  const root = t.testdir({
    specs: {
      'b.yaml': iot('b'),
      'a.yml': iot('a'),
      deep: { er: { 'c.yaml': iot('c') } },
      'notes.txt': 'x',
      '.hidden.yaml': 'x',
      node_modules: { 'x.yaml': 'x' },
    },
    jobs: { 'd.yaml': iot('d'), 'odd.json': iot('odd') },
  })
  const names = async (...patterns: string[]) =>
    (await load({ root, kinds: MODELS, patterns })).specs.map((one) => one.name)
  t.strictSame(
    (await load({ root, kinds: MODELS })).specs.map((one) => one.name),
    ['a', 'b', 'c'],
  )
  t.strictSame(await names('specs/*.yaml'), ['b'])
  t.strictSame(await names('specs/**/*.yaml'), ['b', 'c'])
  t.strictSame(await names('**/?.y*ml'), ['d', 'a', 'b', 'c'])
  t.strictSame(await names('specs', './specs/', 'specs/b.yaml', path.join(root, 'jobs')), ['d', 'a', 'b', 'c'])
  t.strictSame(await names('jobs/odd.json'), ['odd'], 'a file that is named is read whatever its name')
})

t.test('names similar to specs are reported once, unless a spec names the file', async (t) => {
  const root = t.testdir({
    specs: {
      'a.yaml': iot('a', '{ $file: a.json }'),
      'a.json': '{}',
      'b.YML': iot('b'),
      'c.json': '{}',
      'd.yaml.txt': '',
      'e.ymal': '',
      deep: { 'f.YAML': '' },
      'notes.md': '',
      'g.yaml.bak': '',
      'package.json': '{}',
    },
  })
  const NAMES = 'names of spec files end in .yaml or .yml, in lower case'
  t.strictSame(said(await load({ root, kinds: MODELS })), [
    `- warning SPEC_NEAR_MISS specs/b.YML, specs/c.json, specs/d.yaml.txt, specs/deep/f.YAML and specs/e.ymal are not read: ${NAMES}`,
  ])
  t.strictSame(said(await load({ root, kinds: MODELS, patterns: ['specs/*.yaml'] })), [
    `- warning SPEC_NEAR_MISS specs/b.YML, specs/c.json, specs/d.yaml.txt and specs/e.ymal are not read: ${NAMES}`,
  ])
  const named = await load({ root, kinds: MODELS, patterns: ['specs/a.yaml', 'specs/b.YML'] })
  t.strictSame(said(named), [])
  t.equal(named.specs.length, 2)
})

const IMPORT = `apiVersion: jobwright/v1
kind: DataExchangeJob
metadata: { name: prices }
policy: { upload: c.csv }
spec:
  Type: IMPORT_ASSET_FROM_SIGNED_URL
  Details: { ImportAssetFromSignedUrl: { AssetName: a, DataSetId: ${'a'.repeat(32)}, RevisionId: ${'b'.repeat(32)} } }
`
const POINTER = `version https://git-lfs.github.com/spec/v1\noid sha256:${'4d'.repeat(32)}\nsize 12345\n`

t.test('a Git LFS pointer is never read as the file', async (t) => {
  const root = t.testdir({
    'jobwright.yaml': POINTER,
    specs: {
      'a.yaml': iot('a', '{ $file: a.json }'),
      'a.json': POINTER,
      'b.yaml': POINTER.replaceAll('\n', '\r\n'),
      'c.yaml': IMPORT,
      'c.csv': POINTER,
    },
  })
  const loaded = await load({ root, kinds: MODELS })
  t.strictSame(said(loaded), [
    'specs/a.yaml error SPEC_FILE specs/a.json is a Git LFS pointer, not the file itself',
    'specs/b.yaml error SPEC_UNREADABLE specs/b.yaml is a Git LFS pointer, not the file itself',
    'specs/c.yaml error SPEC_FILE specs/c.csv is a Git LFS pointer, not the file itself',
  ])
  t.equal(loaded.complete, false, 'what the file of specs holds is not known')
  t.match(loaded.diagnostics[0]?.remedies, [{ command: ['git', 'lfs', 'pull'] }, { text: /lfs: true/ }])
  t.match(readConfig(root, MODELS).diagnostics, [
    { code: 'CONFIG_UNREADABLE', message: /^jobwright.yaml is a Git LFS/ },
  ])
})

t.test('a pattern that matches nothing is an error if the user gave it', async (t) => {
  const root = t.testdir({ jobs: {} })
  const asked = await load({ root, kinds: MODELS, patterns: ['jobs', 'specs/*.yaml', 'nope.yaml', '../elsewhere'] })
  t.strictSame(said(asked), [
    '- error SPEC_NO_FILES jobs holds no spec file',
    '- error SPEC_NO_FILES specs/*.yaml holds no spec file',
    '- error SPEC_NO_FILES nope.yaml holds no spec file',
    '../elsewhere error SPEC_OUTSIDE it leads out of the repository, or into .git',
  ])
  const unasked = await load({ root, kinds: MODELS })
  t.strictSame(said(unasked), ['- warning SPEC_NO_FILES specs holds no spec file'])
  t.equal(unasked.complete, false, 'a folder that is not there does not say that all specs were removed')
  const none = await load({ root, kinds: MODELS, config: { ...DEFAULT_CONFIG, specs: [] } })
  t.strictSame([said(none), none.complete], [[], true], 'an empty list does')
})

t.test('a pattern never takes more than proportional time', async (t) => {
  t.equal(isMatch('specs/**/*.yaml', 'specs/a.yaml'), true)
  t.equal(isMatch('specs/**/*.yaml', 'specs/a/b/c.yaml'), true)
  t.equal(isMatch('specs/*.yaml', 'specs/a/b.yaml'), false)
  t.equal(isMatch('**', 'a/b/c'), true)
  t.equal(isMatch('**/b/**/d', 'a/b/b/c/d'), true)
  t.equal(isMatch('a?c*', 'abcd'), true)
  t.equal(isMatch('a?c', 'ac'), false)
  t.equal(isMatch('(a+)+$', 'aaaa'), false)
  t.equal(isMatch(`${'*a'.repeat(2000)}b`, 'a'.repeat(4000)), false)
  t.equal(isMatch(`${'**/a/'.repeat(500)}b`, `${'a/'.repeat(2000)}c`), false)
})

t.test('$file reads relative to the spec, and nothing outside the repository', async (t) => {
  const outside = t.testdir({
    secret: '{ "token": "hunter2" }',
    repository: {
      specs: {
        'beside.yaml': iot('beside', '{ $file: documents/reboot.json }'),
        'above.yaml': iot('above', '{ $file: ../shared/reboot.json }'),
        'escape.yaml': iot('escape', '{ $file: ../../secret }'),
        'link.yaml': iot('link', '{ $file: documents/link.json }'),
        'through.yaml': iot('through', '{ $file: out/secret }'),
        'git.yaml': iot('git', '{ $file: ../.git/config }'),
        'absolute.yaml': iot('absolute', '{ $file: /etc/passwd }'),
        'folder.yaml': iot('folder', '{ $file: documents }'),
        'missing.yaml': iot('missing', '{ $file: nope.json }'),
        'large.yaml': iot('large', '{ $file: documents/large.json }'),
        'latin.yaml': iot('latin', '{ $file: documents/latin.json }'),
        'device.yaml': iot('device', '{ $file: documents/zero }'),
        documents: {
          'reboot.json': '{ "operation": "reboot" }',
          'link.json': t.fixture('symlink', '../../../secret'),
          zero: t.fixture('symlink', '/dev/zero'),
          'large.json': 'x'.repeat(256 * 1024 + 1),
          'latin.json': Buffer.from('"caf\xe9"', 'latin1'),
        },
        out: t.fixture('symlink', '../..'),
      },
      shared: { 'reboot.json': t.fixture('symlink', '../specs/documents/reboot.json') },
      '.git': { config: 'hunter2' },
    },
  })
  const root = path.join(outside, 'repository')
  const loaded = await load({ root, kinds: MODELS, patterns: ['specs/*.yaml'] })
  t.strictSame(
    loaded.specs.map((one) => [one.name, one.request['document']]),
    [
      ['above', '{ "operation": "reboot" }'],
      ['beside', '{ "operation": "reboot" }'],
    ],
  )
  // Those that cannot be read are named as well: once they can, a watch has to look again.
  t.strictSame(loaded.included, [
    'shared/reboot.json',
    'specs/documents',
    'specs/documents/large.json',
    'specs/documents/latin.json',
    'specs/documents/reboot.json',
    'specs/nope.json',
  ])
  t.strictSame(
    said(loaded).filter((one) => !one.includes('absolute')),
    [
      'specs/device.yaml error SPEC_FILE documents/zero: it leads out of the repository, or into .git',
      'specs/escape.yaml error SPEC_FILE ../../secret: it leads out of the repository, or into .git',
      'specs/folder.yaml error SPEC_FILE documents: it is a folder, not a file',
      'specs/git.yaml error SPEC_FILE ../.git/config: it leads out of the repository, or into .git',
      'specs/large.yaml error SPEC_FILE documents/large.json: the file has 262,145 bytes',
      'specs/latin.yaml error SPEC_FILE documents/latin.json: the byte at offset 4 is not UTF-8',
      'specs/link.yaml error SPEC_FILE documents/link.json: it leads out of the repository, or into .git',
      'specs/missing.yaml error SPEC_FILE nope.json: there is no such file',
      'specs/through.yaml error SPEC_FILE out/secret: it leads out of the repository, or into .git',
    ],
  )
  t.match(said(loaded), [/absolute\.yaml error SPEC_PATTERN /])
  t.notMatch(JSON.stringify(loaded.diagnostics), /hunter2|root:/)
  t.equal(loaded.complete, true, 'each spec is known, though some are blocked')
  t.equal(loaded.blocked.length, 10)
})

t.test('the files of a spec are checked even if it has other errors', async (t) => {
  const prices = (name: string, more: string, type = 'Type: IMPORT_ASSET_FROM_SIGNED_URL') => `---
apiVersion: jobwright/v1
kind: DataExchangeJob
metadata: { name: ${name} }
policy: { upload: prices.csv, target: nowhere }
spec:
  ${type}
  Details: { ImportAssetFromSignedUrl: { AssetName: a, DataSetId: ${'a'.repeat(32)}, RevisionId: ${'b'.repeat(32)}${more} } }
`
  const root = t.testdir({ specs: { 'a.yaml': prices('gone', '') } })
  const config = { ...DEFAULT_CONFIG, targets: { main: { region: 'eu-west-1' } } }
  const read = async (text: string) => {
    fs.writeFileSync(path.join(root, 'specs/a.yaml'), text)
    return load({ root, kinds: MODELS, config })
  }
  const target = 'specs/a.yaml error SPEC_UNKNOWN_TARGET there is no target nowhere'
  const gone = await read(prices('gone', ''))
  t.strictSame(said(gone), ['specs/a.yaml warning SPEC_FILE prices.csv: there is no such file', target])
  t.strictSame([gone.specs.length, gone.invalid, gone.blocked.length], [0, 1, 1])

  fs.writeFileSync(path.join(root, 'specs/prices.csv'), 'pump,litres\n')
  t.equal((await read(prices('there', ''))).blocked[0]?.spec?.upload?.file, 'specs/prices.csv')
  t.strictSame(
    said(await read(prices('other', ', Md5Hash: 1'))),
    [target, 'specs/a.yaml error SPEC_TYPE ImportAssetFromSignedUrl.Md5Hash must be text, not the number 1'],
    'one place is told of once',
  )
  for (const type of ['Type: IMPORT_ASSET_FROM_SIGNED', 'type: IMPORT_ASSET_FROM_SIGNED_URL']) {
    const codes = (await read(prices('untold', '', type))).diagnostics.map(({ code }) => code)
    t.notOk(codes.includes('SPEC_UPLOAD'), `what cannot be told of a job is not said: ${type}`)
  }
})

t.test('a member of a spec is located in its file', async (t) => {
  const root = t.testdir({
    specs: {
      'a.yaml': `# first\n---\n${iot('a')}---\n${iot('b', '&d { steps: [ { run: x } ], long: "1" }')}`,
      'disk.yaml': `apiVersion: jobwright/v1\nkind: ImportExportJob\nmetadata: { name: disk }\nspec:\n  JobType: Import\n  Manifest: { manifestVersion: "2.0", deviceId: A, eraseDevice: yes, bucket: abc, pinCode: { $env: PIN },\n    returnAddress: { name: A, street1: b, city: c, postalCode: "1", phoneNumber: "1", country: DE } }\n`,
    },
  })
  const loaded = await load({ root, kinds: MODELS })
  t.strictSame(said(loaded), [])
  const [, b, disk] = loaded.specs
  const place = (pointer: string, aim?: 'key' | 'value') => {
    const { place: at, excerpt } = loaded.locate(b!, pointer, aim)
    return `${at.line}:${at.column}-${at.endColumn} ${excerpt?.slice(at.column - 1, at.endColumn - 1)}`
  }
  t.equal(place('/spec/document/steps/0/run'), '15:34-35 x')
  t.equal(place('/spec/document/steps/0/run', 'key'), '15:29-32 run')
  t.equal(place('/spec/document/long'), '15:47-50 "1"')
  t.equal(place('/metadata/name'), '12:19-20 b')
  t.equal(place('/policy/run'), '10:1-11 apiVersion', 'a member that is not there: the nearest one around it')
  t.equal(place('/spec/document/steps/7'), '15:18-23 steps')
  const shown = loaded.locate(disk!, '/spec/Manifest/pinCode')
  t.equal(shown.excerpt?.endsWith('pinCode…'), true, 'even a reference is cut off where secrets stand')
})

t.test('jobwright.yaml is read from the root and has its own codes', async (t) => {
  t.strictSame(readConfig(t.testdir({}), MODELS), { config: DEFAULT_CONFIG, diagnostics: [] })
  const bad = readConfig(t.testdir({ 'jobwright.yaml': 'gaurds: {}\n' }), MODELS)
  t.match(bad.diagnostics, [{ code: 'CONFIG_UNKNOWN_MEMBER', place: { file: 'jobwright.yaml', line: 1 } }])
  t.strictSame(bad.config, DEFAULT_CONFIG)
  const link = readConfig(t.testdir({ 'jobwright.yaml': t.fixture('symlink', '/proc/self/environ') }), MODELS)
  t.match(link.diagnostics, [{ code: 'CONFIG_OUTSIDE' }])
  const root = t.testdir({
    'jobwright.yaml': 'specs: [ jobs ]\ntargets: { prod: { region: eu-west-1 } }\n',
    jobs: { 'a.yaml': iot('a').replace('spec:', 'policy: { target: prdo }\nspec:') },
  })
  const { config, diagnostics } = readConfig(root, MODELS)
  t.strictSame(diagnostics, [])
  t.strictSame(said(await load({ root, kinds: MODELS, config })), [
    'jobs/a.yaml error SPEC_UNKNOWN_TARGET there is no target prdo',
  ])
})

t.test('the state path in jobwright.yaml stays in the repository and is a valid name', async (t) => {
  for (const state of [
    { store: 'git', branch: '-x' },
    { store: 'git', branch: 'a..b' },
    { store: 'git', branch: '../../heads/main' },
    { store: 'git', branch: 'a@{1}' },
    { store: 'git', branch: '+main' },
    { store: 'git', branch: 'main:main' },
    { store: 'git', branch: 'a.lock' },
    { store: 'git', path: '../x.json' },
    { store: 'git', path: 'a/b.json' },
    { store: 'git', path: '.git' },
    { store: 'file', path: '../x.json' },
    { store: 'file', path: 'specs/../../x.json' },
    { store: 'file', path: '/tmp/x.json' },
    { store: 'file', path: '.git/hooks/post-checkout' },
    { store: 'file', path: '.' },
    { store: 'git', remote: './evil' },
    { store: 'git', remote: '/tmp/evil' },
    { store: 'git', remote: '--upload-pack=evil' },
    { store: 'git', remote: 'ext::evil' },
    { store: 'git', remote: 'file:///evil' },
  ]) {
    const root = t.testdir({ 'jobwright.yaml': JSON.stringify({ state }) })
    const { config, diagnostics } = readConfig(root, MODELS)
    t.equal(config, DEFAULT_CONFIG)
    t.match(
      diagnostics,
      [{ severity: 'error', code: /^CONFIG_(OUTSIDE|PATTERN)$/, place: { line: 1 } }],
      JSON.stringify(state),
    )
  }
  for (const state of [
    { store: 'git', branch: 'jobs/state-1.x', path: 'night state.json' },
    { store: 'file', path: 'states/jobs.json' },
    { store: 'file', path: '..jobs.json' },
  ]) {
    const root = t.testdir({ 'jobwright.yaml': JSON.stringify({ state }) })
    t.strictSame(readConfig(root, MODELS).diagnostics, [], JSON.stringify(state))
  }
  const outside = t.testdir({ 'jobwright.yaml': '{ state: { store: file, path: ../states/jobs.json } }' })
  t.strictSame(
    readConfig(outside, MODELS, path.join(outside, '../states')).diagnostics,
    [],
    'where the operator says so',
  )
  t.match(readConfig(outside, MODELS, path.join(outside, '../other')).diagnostics, [{ code: 'CONFIG_OUTSIDE' }])
})

t.test('specs are searched for inside the repository', async (t) => {
  for (const pattern of ['..', '../other', 'specs/../../other/*.yaml', '/etc', '.git/specs']) {
    const root = t.testdir({ 'jobwright.yaml': JSON.stringify({ specs: ['specs', pattern] }) })
    t.match(readConfig(root, MODELS).diagnostics, [{ code: 'CONFIG_OUTSIDE', pointer: '/specs/1' }], pattern)
  }
})

t.test('jobwright.yaml lists the variables that specs may read, but cannot allow credentials', async (t) => {
  const read = (env: unknown) => readConfig(t.testdir({ 'jobwright.yaml': JSON.stringify({ env }) }), MODELS)
  t.strictSame(read(['DISK_PIN', 'PATH', 'TEST_PIN']).diagnostics, [])
  for (const name of [
    'AWS_SECRET_ACCESS_KEY',
    'JOBWRIGHT_QUEUE_KEY',
    'aws_session_token',
    'Aws_X',
    'ACTIONS_ID_TOKEN_REQUEST_TOKEN',
    'GITHUB_TOKEN',
    'RUNNER_TEMP',
    'GH_TOKEN',
    'NODE_AUTH_TOKEN',
    'NODE_OPTIONS',
    'NPM_TOKEN',
    'npm_config_token',
  ])
    t.match(
      read(['DISK_PIN', name]).diagnostics,
      [{ severity: 'error', code: 'CONFIG_VARIABLE', pointer: '/env/1' }],
      name,
    )
  for (const bad of [['A B'], ['A=B'], [''], [1], 'DISK_PIN', ['A', 'A']])
    t.ok(read(bad).diagnostics.length > 0, JSON.stringify(bad))
})

t.test('the remote of the state needs an address in Git', async (t) => {
  const root = t.testdir({ 'jobwright.yaml': '{ state: { store: git, remote: backups } }', backups: {} })
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, stdio: 'pipe' })
  git('init', '--quiet')
  git('remote', 'add', 'backup', '../b.git')
  git('config', 'remote.backups.fetch', '+refs/heads/*:refs/remotes/backups/*')
  t.match(readConfig(root, MODELS).diagnostics, [
    {
      severity: 'error',
      code: 'CONFIG_REMOTE',
      pointer: '/state/remote',
      remedies: [
        { text: 'did you mean backup?' },
        { text: 'remotes are backup' },
        { command: ['git', 'remote', 'add'] },
      ],
    },
  ])
  git('config', 'remote.backups.url', '../c.git')
  t.strictSame(readConfig(root, MODELS).diagnostics, [])
})
