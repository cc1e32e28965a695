/*
 * Runs the built program again and again in one process, each time as if it had just been started: a run costs a fraction of a start.
 * What it keeps from one run to the next is what its modules keep.
 */
import fs from 'node:fs'

const START = new URL('../../dist/cli.js', import.meta.url)
/** The program, which the start loads once. */
const CLI = new URL(/import\("([^"]+)"\)/.exec(fs.readFileSync(START, 'utf8'))[1], START)
let runs = 0
let said = { stdout: '', stderr: '' }

for (const name of ['stdout', 'stderr']) {
  process[name].write = (text) => {
    said[name] += text
    return true
  }
}
process.on('warning', (warning) => {
  said.stderr += `${warning.name} Warning: ${warning.message}\n`
})
process.on('disconnect', () => process.exit())

process.on('message', async ({ args, cwd, env }) => {
  said = { stdout: '', stderr: '' }
  process.chdir(cwd)
  for (const name of Object.keys(process.env)) delete process.env[name]
  Object.assign(process.env, env)
  process.argv = [process.argv[0], START.pathname, ...args]
  process.exitCode = undefined
  // A module is run once for each address.
  runs += 1
  await import(`${CLI}?run=${runs}`)
  process.send({ code: process.exitCode ?? 0, ...said })
  for (const signal of ['SIGINT', 'SIGTERM', 'exit']) process.removeAllListeners(signal)
  for (const stream of [process.stdout, process.stderr]) stream.removeAllListeners('error')
})
