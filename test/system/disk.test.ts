import fs from 'node:fs'
import path from 'node:path'
import t from 'tap'
import { type Disk, nodeDisk, writeDurable } from '../../src/system/disk.ts'
import { openGit } from '../../src/system/git.ts'
import { kernelLock } from '../../src/system/kernel-lock.ts'

/** The disk of this machine, telling what is asked of it; one of its doings may fail. */
function watched(failing?: keyof Disk): { disk: Disk; asked: string[] } {
  const asked: string[] = []
  const disk = Object.fromEntries(
    Object.entries(nodeDisk).map(([name, work]) => [
      name,
      (...args: string[]) => {
        if (name !== 'temporary')
          asked.push(`${name} ${args.map((arg) => path.basename(arg).replace(/[0-9a-f]{12}/, 'X')).join(' ')}`)
        if (name === failing) throw Object.assign(new Error(`EIO: no ${name}`), { code: 'EIO' })
        return (work as (...all: string[]) => unknown)(...args)
      },
    ]),
  ) as Disk
  return { disk, asked }
}

t.test('a durable write goes by a new file, a rename and a sync of the folder, in that order', async (t) => {
  const folder = t.testdir({ 'state.json': 'old' })
  const { disk, asked } = watched()
  await writeDurable(disk, path.join(folder, 'state.json'), 'new')
  t.same(asked, [
    'writeNew state.json.X.tmp new',
    'rename state.json.X.tmp state.json',
    `syncFolder ${path.basename(folder)}`,
  ])
  t.same(fs.readdirSync(folder), ['state.json'])
  t.equal(await nodeDisk.read(path.join(folder, 'state.json')), 'new')
  t.equal(fs.statSync(path.join(folder, 'state.json')).mode & 0o777, 0o600)
})

t.test('a durable write that fails leaves the old text and nothing beside it', async (t) => {
  for (const failing of ['writeNew', 'rename'] as const) {
    const folder = t.testdir({ 'state.json': 'old' })
    await t.rejects(writeDurable(watched(failing).disk, path.join(folder, 'state.json'), 'new'), { code: 'EIO' })
    t.same(fs.readdirSync(folder), ['state.json'], failing)
    t.equal(fs.readFileSync(path.join(folder, 'state.json'), 'utf8'), 'old', failing)
  }
})

t.test('a new file is never written over one that is there, and what is absent is no error', async (t) => {
  const folder = t.testdir({ here: 'old' })
  await t.rejects(nodeDisk.writeNew(path.join(folder, 'here'), 'new'), { code: 'EEXIST' })
  t.equal(await nodeDisk.read(path.join(folder, 'here')), 'old')
  t.equal(await nodeDisk.read(path.join(folder, 'gone')), undefined)
  await nodeDisk.remove(path.join(folder, 'gone'))
  t.same(await nodeDisk.list(path.join(folder, 'gone')), [])
  await nodeDisk.makeFolder(path.join(folder, 'a/b'))
  t.same(await nodeDisk.list(folder), ['a', 'here'])
  await t.rejects(nodeDisk.read(folder), { code: 'EISDIR' })
})

t.test('a file opened to append grows at its end, knows its bytes and can be cut', async (t) => {
  const file = path.join(t.testdir({ log: 'ä\n' }), 'log')
  const log = await nodeDisk.openAppend(file)
  t.equal(log.size, 3)
  await log.append('zwölf\n')
  await log.sync()
  t.equal(log.size, 10)
  await log.truncate(3)
  await log.append('b\n')
  t.equal(log.size, 5)
  await log.close()
  t.equal(fs.readFileSync(file, 'utf8'), 'ä\nb\n')
})

t.test('a file is locked once, whoever asks, until it is freed', async (t) => {
  const file = path.join(t.testdir({}), 'lock')
  const free = await kernelLock(file)
  t.type(free, 'function')
  t.equal(await kernelLock(file), undefined)
  await free?.()
  const again = await kernelLock(file)
  t.type(again, 'function')
  await again?.()
  await t.rejects(kernelLock(path.join(file, 'below')), { code: 'ENOTDIR' })
})

t.test('git is given its input, is not led astray by the environment, and is stopped after its time', async (t) => {
  const folder = t.testdir({})
  t.intercept(process, 'env', { value: { ...process.env, GIT_DIR: '/nowhere', GIT_INDEX_FILE: '/nowhere' } })
  const git = openGit(folder)
  t.match(await git(['init', '-q']), { code: 0, stderr: '' })
  t.match(await git(['hash-object', '-w', '--stdin'], { input: 'night\n' }), { code: 0, stdout: /^[0-9a-f]{40}\n$/ })
  t.match(await git(['rev-parse', 'nothing']), { code: 128, stderr: /unknown revision/ })
  const slow = path.join(folder, 'slow-git')
  fs.writeFileSync(slow, '#!/bin/sh\nexec sleep 60\n', { mode: 0o755 })
  t.match(await openGit(folder, slow)(['status'], { timeoutMs: 50 }), { code: 124 })
})

t.test('a Ctrl-C, which a terminal sends to git as well, does not keep the state from being stored', async (t) => {
  const folder = t.testdir({})
  const hit = path.join(folder, 'hit-git')
  fs.writeFileSync(hit, '#!/bin/sh\n[ -e hit ] && exec cat\ntouch hit\nkill -INT $$\n', { mode: 0o755 })
  t.match(await openGit(folder, hit)(['push'], { input: 'night\n' }), { code: 0, stdout: 'night\n' })
})
