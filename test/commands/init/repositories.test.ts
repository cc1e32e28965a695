import fs from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { reportFailure } from '../../../src/cli/failure.ts'
import { init } from '../../../src/commands/init/init.ts'
import type { InitOptions } from '../../../src/commands/init/init-options.ts'
import { writeSpec } from '../../../src/commands/new/new.ts'
import { validate } from '../../../src/commands/validate/validate.ts'
import { parseGitAddress } from '../../../src/model/git-address.ts'
import type { Host } from '../../../src/session/host.ts'
import { git, repositories } from '../../state/repositories.ts'

/* What init makes of the repositories that people have. */

type Said = { readonly code: number; readonly text: string }

async function heard(cwd: string, run: (host: Host) => Promise<number>): Promise<Said> {
  let text = ''
  const stream = { write: (more: string) => (text += more) }
  const host = { cwd, env: {}, stdout: stream, stderr: stream, signal: new AbortController().signal }
  const code = await run(host).catch((error: unknown) => reportFailure(error, host, false, 'text'))
  return { code, text }
}

const initIn = (cwd: string, options: Partial<InitOptions> = {}) =>
  heard(cwd, (host) => init({ output: 'text', ...options }, host))
const read = (...parts: readonly string[]) => fs.readFileSync(path.join(...parts), 'utf8')
const workflowIn = (folder: string) => read(folder, '.github/workflows/reconcile.yml')

/** Writes files into a folder. */
function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.join(folder, path.dirname(name)), { recursive: true })
    fs.writeFileSync(path.join(folder, name), text)
  }
}

/** Does what the text says after `git add`. */
function addAsTold(folder: string, { text }: Said): void {
  const [, files = ''] = /^ {2}git add (.*?) && git commit/m.exec(text) ?? []
  git(folder, 'add', ...files.split(' '))
}

const DEPENDS = '{"devDependencies":{"jobwright":"^0.1.0"}}\n'
const SPEC = `apiVersion: jobwright/v1
kind: MediaPackageHarvestJob
metadata: { name: cup }
spec:
  OriginEndpointId: live
  StartTime: 2026-11-14T19:45:00Z
  EndTime: 2026-11-14T22:00:00Z
  S3Destination: { BucketName: vod, ManifestKey: cup.m3u8, RoleArn: 'arn:aws:iam::123456789012:role/harvest' }
`

t.test('the workflow runs on the default branch of the remote, not on the current one', async (t) => {
  const { bare, here } = repositories(t)
  git(here, 'push', '-q', 'origin', 'main:trunk')
  git(bare, 'symbolic-ref', 'HEAD', 'refs/heads/trunk')
  git(here, 'checkout', '-q', '-b', 'topic')
  const said = await initIn(here)
  t.match(workflowIn(here), "branches: ['trunk']")
  t.notMatch(said.text, /is a guess/)
})

t.test('if the remote names no default branch, init says that it guessed', async (t) => {
  const { bare, here } = repositories(t)
  git(bare, 'symbolic-ref', 'HEAD', 'refs/heads/nowhere')
  git(here, 'checkout', '-q', '-b', 'topic')
  const said = await initIn(here)
  t.match(workflowIn(here), "branches: ['topic']")
  t.match(said.text, /reconciles the branch topic, which is a guess: origin names no default branch yet/)
  t.notMatch((await initIn(here)).text, /is a guess/, 'a workflow that is kept may say anything')
})

t.test('the suggested git add includes the package files and no installed module', async (t) => {
  const { here } = repositories(t)
  write(here, { 'package.json': DEPENDS, 'package-lock.json': '{}', 'node_modules/other/index.js': '' })
  const said = await initIn(here)
  addAsTold(here, said)
  t.equal(git(here, 'ls-files', '--others', '--exclude-standard').trim(), '', 'nothing is left to add')
  const staged = git(here, 'diff', '--cached', '--name-only').trim().split('\n')
  t.ok(['package.json', 'package-lock.json', '.gitignore'].every((file) => staged.includes(file)))
  t.notOk(staged.some((file) => file.startsWith('node_modules')))
})

t.test('without a lock file, init suggests creating one, because the workflow needs it', async (t) => {
  const { here } = repositories(t)
  const said = await initIn(here)
  t.match(workflowIn(here), 'run: npm ci --ignore-scripts\n')
  t.match(
    said.text,
    /^ {2}npm install --prefix \. --save-dev --save-exact jobwright@\S+ && git add package\.json package-lock\.json$/m,
  )
  t.match(read(here, '.gitignore'), 'node_modules/\n')
  write(here, { 'package.json': DEPENDS, '.gitignore': 'node_modules\npackage-lock.json\n' })
  fs.rmSync(path.join(here, '.github'), { recursive: true })
  const ignored = await initIn(here)
  t.match(ignored.text, /^ {2}npm install && git add package\.json$/m)
  t.match(ignored.text, /Git ignores package-lock\.json: take that out of \.gitignore/)
})

t.test('a project below the package that depends on Jobwright installs from there', async (t) => {
  const { here } = repositories(t)
  write(here, { 'package.json': DEPENDS, 'package-lock.json': '{}', 'teams/tv/readme': '' })
  const said = await initIn(path.join(here, 'teams/tv'))
  t.match(workflowIn(here), 'run: npm ci --ignore-scripts --prefix ../..\n')
  t.match(workflowIn(here), 'run: node ../../node_modules/jobwright/dist/cli.js validate\n')
  t.match(said.text, /git add \.\.\/\.\.\/package\.json \.\.\/\.\.\/package-lock\.json jobwright\.yaml/)
})

t.test('init reports the lock file of another package manager', async (t) => {
  const { here } = repositories(t)
  write(here, { 'package.json': DEPENDS, 'pnpm-lock.yaml': '' })
  t.match((await initIn(here)).text, /To install by pnpm-lock\.yaml, change the steps "Install Jobwright"/)
})

t.test('a workflow of an earlier version is kept, and init prints what it lacks', async (t) => {
  const { here } = repositories(t)
  await initIn(here)
  const file = path.join(here, '.github/workflows/reconcile.yml')
  const before = read(file)
    .replaceAll('npm ci --ignore-scripts', 'npm install --prefix . --no-save jobwright@0.1.0')
    .replace(/ *queue: max.*\n/, '')
  fs.writeFileSync(file, before)
  const said = await initIn(here)
  t.match(
    said.text,
    /^kept +\.github\/workflows\/reconcile\.yml[\s\S]*run: npm ci --ignore-scripts\n[\s\S]*queue: max/m,
  )
  t.equal(read(file), before)
})

t.test('the host of a remote decides whether commands can queue', (t) => {
  for (const [address, host] of [
    ['https://github.com/a/b.git', 'github.com'],
    ['https://user:pw@GitHub.com/a/b', 'github.com'],
    ['git@ghes.corp.example:a/b.git', 'ghes.corp.example'],
    ['ssh://git@ghes.corp.example:2222/a/b', 'ghes.corp.example'],
    ['work:a/b', 'work'],
    ['/srv/git/a.git', undefined],
    ['../a.git', undefined],
    ['C:\\git\\a.git', undefined],
    ['C:/git/a.git', undefined],
    ['file:///srv/a.git', undefined],
  ] as const)
    t.equal(parseGitAddress(address)?.host, host, address)
  t.end()
})

t.test('the workflow clones a submodule with specs, and init writes nothing into it', async (t) => {
  const { root, here, clone } = repositories(t)
  git(root, 'init', '-q', '-b', 'main', 'shared')
  write(path.join(root, 'shared'), { 'cup.yaml': SPEC })
  git(path.join(root, 'shared'), 'add', '.')
  git(path.join(root, 'shared'), 'commit', '-q', '-m', 'Specs')
  git(here, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', path.join(root, 'shared'), 'specs')
  const said = await initIn(here)
  t.equal(said.code, 0)
  t.equal(workflowIn(here).match(/submodules: recursive/g)?.length, 2)
  t.same(fs.readdirSync(path.join(here, 'specs')).sort(), ['.git', 'cup.yaml'])
  addAsTold(here, said)
  git(here, 'commit', '-q', '-m', 'Set up')
  git(here, 'push', '-q', 'origin', 'HEAD:main')
  const there = clone('there')
  const blind = await heard(there, (host) => validate({ output: 'text' }, host))
  t.match(
    blind.text,
    /the submodule specs is not cloned here\n {2}hint: clone it: git submodule update --init -- specs/,
  )
  t.equal(blind.code, 3)
  t.match(await initIn(there), { code: 4, text: /FILE_WRITE: specs is in the submodule specs, which is not cloned/ })
})

t.test('init writes through a spec folder that links inside the repository', async (t) => {
  const { here } = repositories(t)
  write(here, { 'teams/jobs/cup.yaml': SPEC })
  fs.symlinkSync('teams/jobs', path.join(here, 'specs'))
  t.equal((await initIn(here)).code, 0)
  t.ok(fs.existsSync(path.join(here, 'teams/jobs/.schemas/job.schema.json')))
  const added = await heard(here, (host) => writeSpec('IotJob', 'reboot', {} as never, host))
  t.match(added, { code: 0, text: /teams\/jobs\/reboot\.yaml/ })
  t.notMatch(added.text, /note:/)
})

t.test('specs in HEAD that a sparse checkout leaves out are not treated as missing', async (t) => {
  const { here, clone } = repositories(t)
  write(here, { 'specs/cup.yaml': SPEC, 'jobwright.yaml': 'specs: [specs]\n' })
  git(here, 'add', '.')
  git(here, 'commit', '-q', '-m', 'A spec')
  git(here, 'push', '-q', 'origin', 'HEAD:main')
  const sparse = clone('sparse', '--sparse', '--branch=main')
  const look = (folder: string) => heard(folder, (host) => validate({ output: 'text' }, host))
  t.match(await look(sparse), {
    code: 3,
    text: /sparse checkout\)\n {2}hint: check them out: git sparse-checkout add specs/,
  })
  git(sparse, 'sparse-checkout', 'add', 'specs')
  t.equal((await look(sparse)).code, 0)
  fs.rmSync(path.join(here, 'specs'), { recursive: true })
  t.match(await look(here), {
    code: 3,
    text: /cup\.yaml is committed, but not checked out\n {2}hint: check them out: git restore -- specs/,
  })
})
