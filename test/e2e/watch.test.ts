import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import path from 'node:path'
import t, { type Test } from 'tap'
import { doc } from './world.ts'

const CLI = path.resolve('dist/cli.js')

type Watching = {
  readonly child: ChildProcess
  /** Resolves when this has been said, which must be more than was said before. */
  said(what: RegExp): Promise<void>
  text(): string
  ended(): Promise<number | null>
}

/** The built program, watching a folder on its emulator. `shell` is run first, in a namespace of its own. */
function watching(t: Test, root: string, shell?: string): Watching {
  const command = [process.execPath, CLI, 'watch', '--offline', '--emulator']
  const [program, ...args] =
    shell === undefined ? command : ['unshare', '-Ur', 'sh', '-c', `${shell}; exec "$@"`, 'sh', ...command]
  const child = spawn(program!, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  t.teardown(() => child.kill('SIGKILL'))
  let text = ''
  let from = 0
  const ended = once(child, 'close').then(([code]) => code as number | null)
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (more: Buffer) => (text += String(more)))
  const said = async (what: RegExp): Promise<void> => {
    while (!what.test(text.slice(from))) {
      const more = Promise.race([once(child.stdout, 'data'), once(child.stderr, 'data'), ended.then(() => 'ended')])
      if ((await more) === 'ended') throw new Error(`it ended without saying ${what}:\n${text}`)
    }
    from = text.length
  }
  return { child, said, text: () => text, ended: () => ended }
}

function project(t: Test): string {
  return t.testdir({
    'jobwright.yaml': 'specs: [specs]\n',
    specs: { 'a.yaml': JSON.stringify(doc('IotJob', 'a')) },
  })
}

// The limit of a user namespace: `fs.inotify.max_user_instances` would be that of the whole machine, even from inside one.
const canLimit = spawnSync('unshare', ['-Ur', 'sh', '-c', 'echo 0 > /proc/sys/user/max_inotify_instances']).status === 0

t.test(
  'without an inotify instance the watch goes on by polling, warns once, and ends as usual',
  { skip: canLimit ? false : 'this machine lets nobody lower the limit' },
  async (t) => {
    const root = project(t)
    const watch = watching(t, root, 'echo 0 > /proc/sys/user/max_inotify_instances')
    await watch.said(/Plan: 1 to create/)
    fs.writeFileSync(path.join(root, 'specs/b.yaml'), JSON.stringify(doc('IotJob', 'b', { n: 2 })))
    await watch.said(/Plan: 2 to create/)
    watch.child.kill('SIGINT')
    t.equal(await watch.ended(), 0)
    t.equal(watch.text().match(/WATCH_POLLING/g)?.length, 1)
    t.notMatch(watch.text(), /WATCH_FAILED/)
  },
)

t.test('a Ctrl-C that a wrapper passes on once more is one interrupt', async (t) => {
  const watch = watching(t, project(t))
  await watch.said(/Plan: 1 to create/)
  watch.child.kill('SIGINT')
  watch.child.kill('SIGINT')
  t.equal(await watch.ended(), 0)
  t.match(watch.text(), /the watch has ended/)
})

t.test('a folder of specs that becomes a link is followed to where it leads, or refused there', async (t) => {
  const root = project(t)
  const watch = watching(t, root)
  await watch.said(/Plan: 1 to create/)
  fs.renameSync(path.join(root, 'specs'), path.join(root, 'real'))
  fs.symlinkSync('real', path.join(root, 'specs'))
  await watch.said(/changed: specs/)
  fs.writeFileSync(path.join(root, 'real/b.yaml'), JSON.stringify(doc('IotJob', 'b', { n: 2 })))
  await watch.said(/Plan: 2 to create/)
  fs.rmSync(path.join(root, 'specs'))
  fs.symlinkSync('/tmp', path.join(root, 'specs'))
  await watch.said(/SPEC_OUTSIDE/)
  watch.child.kill('SIGINT')
  t.equal(await watch.ended(), 0)
})
