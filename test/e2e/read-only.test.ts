import { spawnSync } from 'node:child_process'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import t from 'tap'
import { doc } from './world.ts'

const CLI = path.resolve('dist/cli.js')

/** In a mount namespace of its own, so that even root may not write. */
function inReadOnly(folder: string, ...args: readonly string[]) {
  const script = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && cd "$1" && shift && exec "$@"'
  const ran = spawnSync('unshare', ['-rm', 'sh', '-c', script, 'sh', folder, ...args], { encoding: 'utf8' })
  return { code: ran.status, text: ran.stdout + ran.stderr }
}

const jobwright = (folder: string, ...args: readonly string[]) => inReadOnly(folder, process.execPath, CLI, ...args)

const probe = fs.mkdtempSync(path.join(os.tmpdir(), 'jobwright-ro-'))
const canMount = inReadOnly(probe, 'true').code === 0
t.teardown(() => fs.rmSync(probe, { recursive: true }))

t.test(
  'in a read-only checkout all that reads works, and what writes says why it cannot',
  { skip: canMount ? false : 'this machine lets nobody mount' },
  (t) => {
    const root = t.testdir({
      'jobwright.yaml': 'specs: [specs]\n',
      specs: { 'a.yaml': JSON.stringify(doc('MediaPackageHarvestJob', 'a')) },
    })
    t.match(jobwright(root, 'validate'), { code: 0 })
    t.match(jobwright(root, 'plan', '--emulator'), { code: 0, text: /Plan: 1 to create/ })
    t.match(jobwright(root, 'status', '--emulator'), { code: 0 })
    for (const [code, ...args] of [
      [8, 'reconcile', '--emulator'],
      [4, 'schema', '--out', 'x'],
      [4, 'new', 'IotJob', 'b'],
      [4, 'emulator', '--dir', 'em'],
    ] as const) {
      const ran = jobwright(root, ...args)
      t.equal(ran.code, code, args.join(' '))
      t.match(ran.text, /EROFS|read-only/, args.join(' '))
      t.match(ran.text, /hint: .*writable/, args.join(' '))
      t.notMatch(ran.text, /This is a bug/)
    }
    t.end()
  },
)
