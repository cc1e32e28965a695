/*
 * Loaded before the built program: counts what it starts, loads and reads, and writes that at its end. Counts are the same on every
 * machine, so a test can set limits on them.
 */
import childProcess from 'node:child_process'
import fs from 'node:fs'
import { register, syncBuiltinESMExports } from 'node:module'

const file = process.env.JOBWRIGHT_COUNTS
const loaded = `${file}.modules`
const counts = { processes: 0, specReads: 0 }

function count(owner, name, by) {
  const original = owner[name]
  owner[name] = function (...args) {
    by(args[0])
    return original.apply(this, args)
  }
}

for (const name of ['spawn', 'spawnSync', 'execFile', 'execFileSync'])
  count(childProcess, name, () => {
    counts.processes += 1
  })
for (const owner of [fs, fs.promises])
  for (const name of ['open', 'openSync', 'readFile', 'readFileSync'])
    if (owner[name])
      count(owner, name, (path) => {
        if (/[\\/]specs[\\/]/.test(String(path))) counts.specReads += 1
      })
syncBuiltinESMExports()
fs.writeFileSync(loaded, '')
register('./modules.mjs', import.meta.url, { data: loaded })

process.on('exit', () => {
  const modules = fs.readFileSync(loaded, 'utf8').trimEnd().split('\n')
  fs.writeFileSync(file, JSON.stringify({ ...counts, modules: new Set(modules).size }))
})
