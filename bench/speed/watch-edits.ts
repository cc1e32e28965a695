import { type ChildProcess, spawn } from 'node:child_process'
import fs from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { CLI } from '../../test/e2e/process.ts'
import { type Figures, summarise } from './measure.ts'
import { fileOf } from './project.ts'

/** What `watch` prints once a round is done. */
const PLANNED = /plan unchanged|Plan:|Nothing to do/
/** Time between two edits, in which `watch` comes to rest. */
const REST_MS = 300

/** Measures the time from an edit of one spec to the new plan of `jobwright watch`. */
export async function measureEdits(root: string, env: Record<string, string>, edits: number): Promise<Figures> {
  const file = fileOf(root, 0)
  const original = fs.readFileSync(file, 'utf8')
  const child = spawn(process.execPath, [CLI, 'watch', '--offline'], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  try {
    await untilPlanned(child)
    const runs = []
    for (let edit = 0; edit < edits; edit++) {
      await pause(REST_MS)
      const planned = untilPlanned(child)
      const started = performance.now()
      fs.writeFileSync(file, original.replace('team: team-0', `team: team-edit-${edit}`))
      await planned
      runs.push({ wallMs: performance.now() - started })
    }
    return summarise('jobwright watch, edit to plan', runs)
  } finally {
    fs.writeFileSync(file, original)
    child.kill('SIGINT')
    await new Promise((resolve) => child.once('close', resolve))
  }
}

function untilPlanned(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = ''
    const hear = (text: string): void => {
      said += text
      if (!PLANNED.test(said)) return
      for (const stream of [child.stdout!, child.stderr!]) stream.off('data', hear)
      child.off('close', fail)
      resolve()
    }
    const fail = (): void => reject(new Error(`watch ended:\n${said}`))
    for (const stream of [child.stdout!, child.stderr!]) stream.setEncoding('utf8').on('data', hear)
    child.on('close', fail)
  })
}
