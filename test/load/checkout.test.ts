import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import t, { type Test } from 'tap'
import { MODELS } from '../../src/kinds/index.ts'
import { readCheckout } from '../../src/load/checkout.ts'
import type { Content } from '../../src/load/committed.ts'
import { load } from '../../src/load/load.ts'
import type { Uncommitted } from '../../src/model/checkout.ts'

const iot = (name: string, document = '{ operation: reboot }') =>
  `apiVersion: jobwright/v1\nkind: IotJob\nmetadata: { name: ${name} }\nspec:\n  targets: [ "arn:aws:iot:eu-west-1:123456789012:thing/kiosk-1" ]\n  document: ${document}\n`

const git = (cwd: string, ...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', '-c', 'commit.gpgsign=false', ...args], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim()
const commit = (root: string, message: string) => {
  git(root, 'add', '-A')
  git(root, 'commit', '-qm', message, '--allow-empty')
  return git(root, 'rev-parse', 'HEAD')
}

t.test('a checkout reports files that differ from HEAD, ignored ones included', async (t) => {
  const top = t.testdir({
    sub: { specs: { 'a.yaml': iot('a'), 'ä b.yaml': iot('b'), 'old.yaml': iot('old') } },
    '.gitignore': 'ignored.yaml\n',
  })
  const root = path.join(top, 'sub')
  const files = ['specs/a.yaml', 'specs/ä b.yaml']
  git(top, 'init', '-q', '-b', 'main')
  t.strictSame(
    await readCheckout({ root, files }),
    {
      git: true,
      commit: undefined,
      dirty: files.map((file) => ({ file, why: 'no-commit' })),
      uploads: [],
      deleted: [],
      shallow: false,
      relation: 'none',
    },
    'no commit yet',
  )
  const first = commit(top, 'first')
  t.strictSame(await readCheckout({ root, files }), {
    git: true,
    commit: first,
    dirty: [],
    uploads: [],
    deleted: [],
    unread: ['specs/old.yaml'],
    shallow: false,
    relation: 'none',
  })
  fs.appendFileSync(path.join(root, 'specs/ä b.yaml'), '# edited\n')
  t.notHas(await readCheckout({ root, files }), { unread: [] }, 'bytes alone do not show that HEAD has the files')
  fs.writeFileSync(path.join(root, 'specs/new.yaml'), iot('new'))
  fs.writeFileSync(path.join(root, 'specs/ignored.yaml'), iot('ignored'))
  fs.writeFileSync(path.join(root, 'specs/staged.yaml'), iot('staged'))
  git(root, 'add', 'specs/staged.yaml')
  fs.rmSync(path.join(root, 'specs/a.yaml'))
  git(root, 'rm', '-q', 'specs/old.yaml')
  const all = ['specs/ä b.yaml', 'specs/new.yaml', 'specs/ignored.yaml', 'specs/staged.yaml']
  t.match(await readCheckout({ root, files: all }), {
    dirty: [
      { file: 'specs/ignored.yaml', why: 'ignored' },
      { file: 'specs/new.yaml', why: 'untracked' },
      { file: 'specs/staged.yaml', why: 'staged' },
      { file: 'specs/ä b.yaml', why: 'edited' },
    ],
    deleted: [
      { file: 'specs/a.yaml', why: 'deleted' },
      { file: 'specs/old.yaml', why: 'deleted' },
    ],
  })
})

t.test('files that a sparse checkout leaves out are not reported as deleted', async (t) => {
  const root = t.testdir({ specs: { 'a.yaml': iot('a') }, old: { 'b.yaml': iot('b') } })
  git(root, 'init', '-q', '-b', 'main')
  commit(root, 'first')
  git(root, 'sparse-checkout', 'set', '--no-cone', '/specs/')
  t.notOk(fs.existsSync(path.join(root, 'old/b.yaml')))
  t.match(await readCheckout({ root, files: ['specs/a.yaml'] }), {
    dirty: [],
    deleted: [{ file: 'old/b.yaml', why: 'left-out' }],
  })
})

t.test('a checkout reports how HEAD relates to the commit of the state', async (t) => {
  const folder = t.testdir({ origin: { 'a.yaml': iot('a') } })
  const root = path.join(folder, 'origin')
  git(root, 'init', '-q', '-b', 'main')
  const first = commit(root, 'first')
  const second = commit(root, 'second')
  const relation = async (since?: string) => {
    const found = await readCheckout({ root, files: [], ...(since === undefined ? {} : { since }) })
    return found.git ? found.relation : 'no git'
  }
  t.equal(await relation(), 'none')
  t.equal(await relation(second), 'same')
  t.equal(await relation(first), 'ahead')
  git(root, 'checkout', '-q', first)
  t.equal(await relation(second), 'behind')
  commit(root, 'aside')
  t.equal(await relation(second), 'diverged')
  t.equal(await relation('0'.repeat(40)), 'unknown')
  t.equal(await relation('--output=x'), 'unknown')

  const clone = path.join(folder, 'clone')
  execFileSync('git', ['clone', '-q', '--depth=1', '--branch=main', `file://${root}`, clone], { stdio: 'ignore' })
  t.match(await readCheckout({ root: clone, files: [], since: first }), {
    shallow: true,
    relation: 'unknown',
    commit: second,
  })
})

t.test('a missing repository differs from one that git refuses', async (t) => {
  // Outside of this repository's own folder, in which every test folder lies.
  const root = fs.mkdtempSync(path.join(fs.realpathSync(process.env['TMPDIR'] ?? '/tmp'), 'jobwright-'))
  t.teardown(() => fs.rmSync(root, { recursive: true }))
  t.strictSame(await readCheckout({ root, files: ['a.yaml'] }), { git: false })
  git(root, 'init', '-q')
  fs.writeFileSync(path.join(root, '.git/HEAD'), 'nonsense\n')
  const problem = await readCheckout({ root, files: [] }).catch((error: unknown) => error)
  t.match(problem, { exitCode: 4, diagnostic: { code: 'CHECKOUT_UNREADABLE' } })
})

/** What the specs of a repository were read from, compared with HEAD: `specs/a.yaml edited`, with the path that it is about. */
async function compared(root: string, between: () => void = () => {}) {
  const loaded = await load({ root, kinds: MODELS, patterns: ['specs'] })
  between()
  const texts = new Map<string, string | undefined>([
    ...loaded.files,
    ...loaded.included.map((file) => [file, loaded.includedTexts.get(file)] as const),
  ])
  const contents: Content[] = [...texts].map(([file, text]) => ({ file, text }))
  const uploads = loaded.specs.flatMap(({ upload, files }) => (upload && files.includes(upload.file) ? upload : []))
  const checkout = await readCheckout({ root, files: [...contents, ...uploads], searched: ['specs'] })
  if (!checkout.git) throw new Error('no repository')
  const told = ({ file, why, at }: Uncommitted) => [file, why, ...(at === undefined ? [] : [at])].join(' ')
  const { dirty, uploads: files = [], deleted } = checkout
  return { dirty: [...dirty, ...files].map(told), deleted: deleted.map(told) }
}

/** A repository as its parts: `library` is a submodule at `library`, and `nested` one of that. */
type Place = {
  readonly root: string
  readonly git: (...args: string[]) => string
  readonly write: (file: string, text: string) => void
  readonly commit: () => void
}

function placeAt(root: string): Place {
  return {
    root,
    git: (...args) => git(root, ...args),
    write: (file, text) => {
      fs.mkdirSync(path.dirname(path.join(root, file)), { recursive: true })
      fs.writeFileSync(path.join(root, file), text)
    },
    commit: () => void commit(root, 'specs'),
  }
}

/** Each spec stands for one way in which a request is made of files. */
function repository(t: Test): Place {
  const folder = t.testdir({
    specs: {
      'plain.yaml': iot('plain'),
      'including.yaml': iot('including', '{ $file: ../shared/reboot.json }'),
      'linked.yaml': t.fixture('symlink', '../shared/linked.yaml'),
      'of-link.yaml': iot('of-link', '{ $file: ../shared/current.json }'),
    },
    shared: {
      'reboot.json': '{ "operation": "reboot" }',
      'linked.yaml': iot('linked'),
      'current.json': t.fixture('symlink', 'v1.json'),
      'v1.json': '{ "version": 1 }',
      'v2.json': '{ "version": 2 }',
    },
    '.gitignore': 'ignored*\n',
  })
  const place = placeAt(folder)
  place.git('init', '-q', '-b', 'main')
  place.commit()
  return place
}

const link = (place: Place, file: string, target: string) => {
  fs.rmSync(path.join(place.root, file), { force: true, recursive: true })
  fs.symlinkSync(target, path.join(place.root, file))
}
const edit = (place: Place, file: string) => fs.appendFileSync(path.join(place.root, file), '\n')

type Situation = readonly [name: string, change: (place: Place) => void, dirty: readonly string[], deleted?: string[]]

const SITUATIONS: readonly Situation[] = [
  ['nothing changed', () => {}, []],
  ['an edit', (it) => edit(it, 'specs/plain.yaml'), ['specs/plain.yaml edited']],
  [
    'an edit that is staged',
    (it) => {
      edit(it, 'specs/plain.yaml')
      it.git('add', '-A')
    },
    ['specs/plain.yaml edited'],
  ],
  [
    'a staged edit that was taken back in the folder alone',
    (it) => {
      edit(it, 'specs/plain.yaml')
      it.git('add', '-A')
      it.write('specs/plain.yaml', iot('plain'))
    },
    [],
  ],
  [
    'an edit behind assume-unchanged',
    (it) => {
      it.git('update-index', '--assume-unchanged', 'specs/plain.yaml')
      edit(it, 'specs/plain.yaml')
    },
    ['specs/plain.yaml assume-unchanged'],
  ],
  [
    'an edit behind skip-worktree',
    (it) => {
      it.git('update-index', '--skip-worktree', 'shared/reboot.json')
      edit(it, 'shared/reboot.json')
    },
    ['shared/reboot.json skip-worktree'],
  ],
  [
    'a flag of the index without an edit',
    (it) => void it.git('update-index', '--assume-unchanged', 'specs/plain.yaml', 'shared/reboot.json'),
    [],
  ],
  ['an untracked file', (it) => it.write('specs/new.yaml', iot('new')), ['specs/new.yaml untracked']],
  ['an ignored file', (it) => it.write('specs/ignored.yaml', iot('new')), ['specs/ignored.yaml ignored']],
  [
    'a file that is to be added some day',
    (it) => {
      it.write('specs/new.yaml', iot('new'))
      it.git('add', '--intent-to-add', 'specs/new.yaml')
    },
    ['specs/new.yaml staged'],
  ],
  ['an edit of an included file', (it) => edit(it, 'shared/reboot.json'), ['shared/reboot.json edited']],
  [
    'an edit of what a link leads to',
    (it) => edit(it, 'shared/linked.yaml'),
    ['specs/linked.yaml edited shared/linked.yaml'],
  ],
  [
    'the same behind assume-unchanged',
    (it) => {
      it.git('update-index', '--assume-unchanged', 'shared/linked.yaml')
      edit(it, 'shared/linked.yaml')
    },
    ['specs/linked.yaml assume-unchanged shared/linked.yaml'],
  ],
  [
    'an edit of what an included link leads to',
    (it) => edit(it, 'shared/v1.json'),
    ['shared/current.json edited shared/v1.json'],
  ],
  [
    'a link that leads to another committed file',
    (it) => link(it, 'shared/current.json', 'v2.json'),
    ['shared/current.json link shared/v2.json'],
  ],
  [
    'a new link to a committed file',
    (it) => link(it, 'specs/new.yaml', '../shared/linked.yaml'),
    ['specs/new.yaml link shared/linked.yaml'],
  ],
  [
    'a committed link to an ignored file',
    (it) => {
      link(it, 'specs/secret.yaml', '../shared/ignored.yaml')
      it.commit()
      it.write('shared/ignored.yaml', iot('secret'))
    },
    ['specs/secret.yaml ignored shared/ignored.yaml'],
  ],
  [
    'a committed link to an untracked file',
    (it) => {
      link(it, 'shared/reboot.json', 'local.json')
      it.commit()
      it.write('shared/local.json', '{ "password": "hunter2" }')
    },
    ['shared/reboot.json untracked shared/local.json'],
  ],
  [
    'a file in place of which there is a link to other content',
    (it) => link(it, 'shared/reboot.json', 'v2.json'),
    ['shared/reboot.json link shared/v2.json'],
  ],
  [
    'links by way of links',
    (it) => {
      link(it, 'shared/hop.json', '../shared/./current.json')
      link(it, 'folder', 'shared')
      link(it, 'shared/reboot.json', '../folder/hop.json')
      it.commit()
    },
    [],
  ],
  [
    'an edit at the end of links by way of links',
    (it) => {
      link(it, 'shared/hop.json', '../shared/./current.json')
      link(it, 'folder', 'shared')
      link(it, 'shared/reboot.json', '../folder/hop.json')
      it.commit()
      edit(it, 'shared/v1.json')
    },
    ['shared/current.json edited shared/v1.json', 'shared/reboot.json edited shared/v1.json'],
  ],
  [
    'a linked folder of specs',
    (it) => {
      fs.renameSync(path.join(it.root, 'specs'), path.join(it.root, 'jobs'))
      link(it, 'specs', 'jobs')
      it.commit()
    },
    [],
  ],
  [
    'a linked folder of specs, one of them edited',
    (it) => {
      fs.renameSync(path.join(it.root, 'specs'), path.join(it.root, 'jobs'))
      link(it, 'specs', 'jobs')
      it.commit()
      edit(it, 'jobs/plain.yaml')
    },
    ['specs/plain.yaml edited jobs/plain.yaml'],
  ],
  [
    'a linked folder that leads elsewhere than in HEAD',
    (it) => {
      it.write('others/other.yaml', iot('other'))
      fs.renameSync(path.join(it.root, 'specs'), path.join(it.root, 'jobs'))
      link(it, 'specs', 'jobs')
      it.commit()
      link(it, 'specs', 'others')
    },
    ['specs/other.yaml link others/other.yaml'],
    ['specs link'],
  ],
  ['another mode', (it) => fs.chmodSync(path.join(it.root, 'specs/plain.yaml'), 0o755), []],
  [
    'specs that are gone from the folder',
    (it) => fs.rmSync(path.join(it.root, 'specs/plain.yaml')),
    [],
    ['specs/plain.yaml deleted'],
  ],
  [
    'a spec that skip-worktree hides as gone',
    (it) => {
      it.git('update-index', '--skip-worktree', 'specs/plain.yaml')
      fs.rmSync(path.join(it.root, 'specs/plain.yaml'))
    },
    [],
    ['specs/plain.yaml left-out'],
  ],
  [
    'line ends that Git converts',
    (it) => {
      it.git('config', 'core.autocrlf', 'true')
      it.write('specs/plain.yaml', iot('plain').replaceAll('\n', '\r\n'))
    },
    [],
  ],
  [
    'line ends that Git does not convert',
    (it) => it.write('specs/plain.yaml', iot('plain').replaceAll('\n', '\r\n')),
    ['specs/plain.yaml edited'],
  ],
  [
    'a filter of committed attributes, in which the file is edited or not',
    (it) => {
      it.git('config', 'filter.turn.clean', 'tr a-z n-za-m')
      it.git('config', 'filter.turn.smudge', 'tr a-z n-za-m')
      it.write('specs/.gitattributes', '*.yaml filter=turn\n')
      it.write('specs/turned too.yaml', iot('turned-too'))
      it.commit()
      it.write('specs/turned too.yaml', iot('turned-too', '{ operation: halt }'))
    },
    ['specs/turned too.yaml edited'],
  ],
  [
    'a filter of attributes that are not committed',
    (it) => {
      it.git('config', 'filter.hide.clean', 'git show HEAD:%f')
      it.write('.gitattributes', '*.yaml filter=hide\n')
      edit(it, 'specs/plain.yaml')
    },
    ['specs/plain.yaml attributes .gitattributes'],
  ],
  [
    'names with spaces, line breaks, quotes, dashes and other letters',
    (it) => {
      const names = ['-a.yaml', 'b "c".yaml', 'd\ne.yaml', 'ä\tö.yaml', ' f .yaml', ':g.yaml', '\\h.yaml']
      it.git('config', 'core.autocrlf', 'true')
      for (const [index, name] of names.entries()) it.write(`specs/${name}`, iot(`n${index}`))
      it.commit()
      for (const [index, name] of names.entries()) it.write(`specs/${name}`, iot(`n${index}`).replaceAll('\n', '\r\n'))
      edit(it, 'specs/d\ne.yaml')
      it.write('specs/ignored\n.yaml', iot('i'))
    },
    ['specs/d\ne.yaml edited', 'specs/ignored\n.yaml ignored'],
  ],
  [
    'a file system that ignores case',
    (it) => {
      it.git('config', 'core.ignoreCase', 'true')
      fs.renameSync(path.join(it.root, 'specs/plain.yaml'), path.join(it.root, 'specs/Plain.yaml'))
      fs.renameSync(path.join(it.root, 'specs/including.yaml'), path.join(it.root, 'specs/Including.yaml'))
      edit(it, 'specs/Including.yaml')
    },
    ['specs/Including.yaml edited specs/including.yaml'],
    // This file system does not.
    ['specs/including.yaml deleted', 'specs/plain.yaml deleted'],
  ],
  [
    'a replaced object of HEAD',
    (it) => {
      edit(it, 'specs/plain.yaml')
      const mine = it.git('hash-object', '-w', 'specs/plain.yaml')
      it.git('replace', it.git('rev-parse', 'HEAD:specs/plain.yaml'), mine)
    },
    ['specs/plain.yaml edited'],
  ],
  [
    'a repository inside that is no submodule',
    (it) => {
      it.write('specs/inner/own.yaml', iot('own'))
      git(it.root, 'init', '-q', 'specs/inner')
      commit(path.join(it.root, 'specs/inner'), 'own')
    },
    ['specs/inner/own.yaml untracked'],
  ],
]

for (const [name, change, dirty, deleted = []] of SITUATIONS) {
  t.test(`files are compared with the content of HEAD: ${name}`, async (t) => {
    const place = repository(t)
    change(place)
    t.strictSame(await compared(place.root), { dirty, deleted })
  })
}

/** A repository whose specs lie in the submodule `library`, some of them in its submodule `library/nested`. */
function withSubmodules(t: Test) {
  const folder = t.testdir({
    nested: { 'n.yaml': iot('n') },
    library: { 'a.yaml': iot('a'), 'b.json': '{}' },
    fleet: { specs: { 'of-library.yaml': iot('of-library', '{ $file: ../library/b.json }') } },
  })
  const [nested, library, fleet] = ['nested', 'library', 'fleet'].map((name) => placeAt(path.join(folder, name)))
  const add = (to: Place, from: Place, at: string) =>
    to.git('-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', from.root, at)
  for (const one of [nested!, library!, fleet!]) {
    one.git('init', '-q', '-b', 'main')
    one.commit()
  }
  add(library!, nested!, 'nested')
  library!.commit()
  add(fleet!, library!, 'library')
  fleet!.git('-c', 'protocol.file.allow=always', 'submodule', 'update', '-q', '--init', '--recursive')
  link(fleet!, 'specs/linked.yaml', '../library/a.yaml')
  link(fleet!, 'specs/nested.yaml', '../library/nested/n.yaml')
  fleet!.commit()
  return { fleet: fleet!, library: placeAt(path.join(fleet!.root, 'library')) }
}

const SUBMODULES: readonly (readonly [
  name: string,
  change: (places: ReturnType<typeof withSubmodules>) => void,
  dirty: readonly string[],
  deleted?: string[],
])[] = [
  ['a clean one', () => {}, []],
  ['an edit in one', ({ library }) => edit(library, 'a.yaml'), ['specs/linked.yaml edited library/a.yaml']],
  [
    'an edit in a nested one, hidden',
    ({ library }) => {
      git(path.join(library.root, 'nested'), 'update-index', '--assume-unchanged', 'n.yaml')
      edit(library, 'nested/n.yaml')
    },
    ['specs/nested.yaml assume-unchanged library/nested/n.yaml'],
  ],
  [
    'a commit in one that its superproject does not record',
    ({ library }) => {
      edit(library, 'a.yaml')
      library.commit()
    },
    ['specs/linked.yaml submodule-moved library'],
  ],
  [
    'such a commit that is staged in the superproject',
    ({ library, fleet }) => {
      edit(library, 'b.json')
      library.commit()
      fleet.git('add', 'library')
    },
    ['library/b.json submodule-moved library'],
  ],
  [
    'a commit in one that leaves the files as they were',
    ({ library }) => {
      library.write('other.txt', 'x')
      library.commit()
    },
    [],
  ],
  [
    'one that was not fetched',
    ({ fleet }) => void fleet.git('submodule', 'deinit', '-q', '--force', 'library'),
    ['library/b.json submodule-missing library'],
  ],
  [
    'a folder of specs that is one',
    ({ fleet, library }) => {
      fleet.git('rm', '-rq', '--cached', 'specs')
      fs.rmSync(path.join(fleet.root, 'specs'), { recursive: true })
      link(fleet, 'specs', 'library')
      fleet.commit()
      edit(library, 'nested/n.yaml')
    },
    ['specs/nested/n.yaml edited library/nested/n.yaml'],
  ],
  [
    'a folder of specs that is one, and was not fetched',
    ({ fleet }) => {
      fleet.git('rm', '-rq', '--cached', 'specs')
      fs.rmSync(path.join(fleet.root, 'specs'), { recursive: true })
      link(fleet, 'specs', 'library')
      fleet.commit()
      fleet.git('submodule', 'deinit', '-q', '--force', 'library')
    },
    [],
    ['library submodule-missing'],
  ],
  [
    'a folder of specs that is one, and lacks a file',
    ({ fleet, library }) => {
      fleet.git('rm', '-rq', '--cached', 'specs')
      fs.rmSync(path.join(fleet.root, 'specs'), { recursive: true })
      link(fleet, 'specs', 'library')
      fleet.commit()
      fs.rmSync(path.join(library.root, 'a.yaml'))
    },
    [],
    ['library/a.yaml deleted'],
  ],
]

for (const [name, change, dirty, deleted = []] of SUBMODULES) {
  t.test(`submodules count at the commit that HEAD records: ${name}`, async (t) => {
    const places = withSubmodules(t)
    change(places)
    t.strictSame(await compared(places.fleet.root), { dirty, deleted })
  })
}

t.test('a file of policy.upload counts where its MD5 is computed, and holds no specs', async (t) => {
  const place = repository(t)
  const details = (md5: string) =>
    `{ ImportAssetFromSignedUrl: { AssetName: a, DataSetId: ${'a'.repeat(32)}, RevisionId: ${'b'.repeat(32)}${md5} } }`
  const doc = (name: string, file: string, md5 = '') =>
    `apiVersion: jobwright/v1\nkind: DataExchangeJob\nmetadata: { name: ${name} }\npolicy: { upload: ${file} }\nspec:\n  Type: IMPORT_ASSET_FROM_SIGNED_URL\n  Details: ${details(md5)}\n`
  place.write('specs/committed.yaml', doc('committed', 'committed.csv'))
  place.write('specs/committed.csv', 'x')
  place.write('specs/ignored.csv', 'x')
  place.write('specs/computed.yaml', doc('computed', 'ignored.csv'))
  place.write('specs/written.yaml', doc('written', 'ignored.csv', ', Md5Hash: "ndTkYSaMgDT1yFZOFVxn8A=="'))
  place.write('specs/missing.yaml', doc('missing', 'missing.csv'))
  place.commit()
  t.strictSame(await compared(place.root), { dirty: ['specs/ignored.csv ignored'], deleted: [] })
  edit(place, 'specs/committed.csv')
  t.match(await compared(place.root), { dirty: ['specs/committed.csv edited', 'specs/ignored.csv ignored'] })
  place.git('config', 'filter.turn.clean', 'tr x y')
  place.write('.gitattributes', '*.csv filter=turn\n')
  place.write('specs/committed.csv', 'xxx')
  place.commit()
  t.match(await compared(place.root), { dirty: ['specs/ignored.csv ignored'] }, 'as Git stores it')
})

t.test('converted line endings change an upload but not a text', async (t) => {
  const place = repository(t)
  const details = `{ ImportAssetFromSignedUrl: { AssetName: a, DataSetId: ${'a'.repeat(32)}, RevisionId: ${'b'.repeat(32)} } }`
  place.write(
    'specs/import.yaml',
    `apiVersion: jobwright/v1\nkind: DataExchangeJob\nmetadata: { name: a }\npolicy: { upload: a.csv }\nspec:\n  Type: IMPORT_ASSET_FROM_SIGNED_URL\n  Details: ${details}\n`,
  )
  place.write('specs/a.csv', 'a,b\n1,2\n')
  place.commit()
  const checkOut = () => {
    fs.rmSync(path.join(place.root, 'specs/a.csv'))
    fs.rmSync(path.join(place.root, 'specs/import.yaml'))
    place.git('checkout', 'HEAD', '--', 'specs')
  }
  t.strictSame(await compared(place.root), { dirty: [], deleted: [] })
  place.git('config', 'core.autocrlf', 'true')
  checkOut()
  t.match(fs.readFileSync(path.join(place.root, 'specs/import.yaml'), 'utf8'), '\r\n')
  t.strictSame(await compared(place.root), { dirty: ['specs/a.csv line-ends'], deleted: [] })
  // The way out.
  place.write('.gitattributes', 'specs/a.csv -text\n')
  place.commit()
  checkOut()
  t.strictSame(await compared(place.root), { dirty: [], deleted: [] })
})

t.test('the text as it was read is compared, not its later content', async (t) => {
  const place = repository(t)
  edit(place, 'specs/plain.yaml')
  edit(place, 'shared/reboot.json')
  const undo = () => void place.git('checkout', '-q', '.')
  t.match(await compared(place.root, undo), { dirty: ['shared/reboot.json edited', 'specs/plain.yaml edited'] })
  t.match(await compared(place.root, () => edit(place, 'specs/plain.yaml')), { dirty: [] })
  place.git('config', 'core.autocrlf', 'input')
  place.write('specs/plain.yaml', `${iot('other')}\r\n`)
  t.match(await compared(place.root, undo), { dirty: ['specs/plain.yaml edited'] }, 'also through filters')
})

t.test('Git variables and settings in the environment do not change the result', async (t) => {
  const place = repository(t)
  edit(place, 'specs/plain.yaml')
  const attributes = path.join(t.testdirName, '.git', 'elsewhere')
  fs.writeFileSync(attributes, '*.yaml filter=hide\n')
  const before = { ...process.env }
  t.teardown(() => {
    process.env = before
  })
  Object.assign(process.env, {
    GIT_DIR: '/nowhere',
    GIT_INDEX_FILE: '/nowhere',
    GIT_OBJECT_DIRECTORY: '/nowhere',
    GIT_CONFIG_COUNT: '2',
    GIT_CONFIG_KEY_0: 'filter.hide.clean',
    GIT_CONFIG_VALUE_0: 'git show HEAD:%f',
    GIT_CONFIG_KEY_1: 'core.attributesFile',
    GIT_CONFIG_VALUE_1: attributes,
  })
  t.strictSame(await compared(place.root), { dirty: ['specs/plain.yaml edited'], deleted: [] })
})

t.test('names that are not valid text stay distinct', async (t) => {
  const place = repository(t)
  const bytes = Buffer.concat([
    Buffer.from(path.join(place.root, 'shared/')),
    Buffer.from([0xff]),
    Buffer.from('.yaml'),
  ])
  fs.writeFileSync(bytes, iot('bytes'))
  place.commit()
  t.strictSame(await compared(place.root), { dirty: [], deleted: [] })
  fs.rmSync(bytes)
  place.write('specs/\ufffd.yaml', iot('bytes'))
  t.match(await compared(place.root), { dirty: ['specs/\ufffd.yaml untracked'], deleted: [/^shared\/.*deleted/] })
})

t.test('ten thousand files need as many git commands as one', async (t) => {
  const place = repository(t)
  const commands = async (): Promise<number> => {
    const trace = path.join(place.root, '.git', 'trace')
    process.env['GIT_TRACE2_EVENT'] = trace
    await compared(place.root)
    delete process.env['GIT_TRACE2_EVENT']
    const started = fs.readFileSync(trace, 'utf8').match(/"event":"start"/g) ?? []
    fs.rmSync(trace)
    return started.length
  }
  const clean = await commands()
  edit(place, 'specs/plain.yaml')
  const dirty = await commands()
  for (let n = 0; n < 300; n += 1) place.write(`specs/n${n}.yaml`, iot(`n${n}`))
  place.commit()
  t.equal(await commands(), clean)
  for (let n = 0; n < 300; n += 1) edit(place, `specs/n${n}.yaml`)
  t.equal(await commands(), dirty)
})
