/*
 * `npm test`: every test file in a process of its own, from one bundle. A process that tap starts loads tap's hooks, tap's 600 files and the
 * sources one by one, which takes longer than most tests.
 */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import t from 'tap'
import { BUNDLE, bundleTests, listTests } from './bundle.ts'

const START = path.join(import.meta.dirname, 'start.mjs')
/** The folders with the longest files. These start first, so that the run does not wait for one of them at its end. */
const LONG = /^test.(conformance|e2e|commands|load|page|proof|simulation|state)\b/
/** For a file that hangs. The longest one takes 15 minutes on a slow machine. */
const TIMEOUT_S = 1500

/** What `git init` and `git clone` copy into a repository of a test: no samples, nothing in the background, nothing synced to the disk. */
const GIT_TEMPLATE = path.join(path.dirname(BUNDLE), 'git-template')
for (const folder of ['hooks', 'info']) fs.mkdirSync(path.join(GIT_TEMPLATE, folder), { recursive: true })
fs.writeFileSync(
  path.join(GIT_TEMPLATE, 'config'),
  '[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n[receive]\n\tautogc = false\n[core]\n\tfsync = none\n',
)

await bundleTests()
// A test also waits for disks and other processes.
t.jobs = os.availableParallelism() + 1
const tests = listTests()
for (const file of [...tests.filter((one) => LONG.test(one)), ...tests.filter((one) => !LONG.test(one))]) {
  const args = ['--enable-source-maps', START, BUNDLE, file]
  // `NODE_OPTIONS` of the runner would load its hooks again. A file's own timeout replaces that of `spawn`, and the runner's is none.
  const env = {
    ...process.env,
    NODE_OPTIONS: '',
    TAP_TIMEOUT: String(TIMEOUT_S),
    GIT_TEMPLATE_DIR: GIT_TEMPLATE,
  }
  t.spawn(process.execPath, args, { buffered: true, timeout: TIMEOUT_S * 1000, env }, file)
}
