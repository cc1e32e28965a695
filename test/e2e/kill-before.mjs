// Kills the program before the n-th thing that it does to a disk, a repository or a bucket. Loaded into a child with --import.
import childProcess from 'node:child_process'
import fs from 'node:fs/promises'
import http from 'node:http'
import { syncBuiltinESMExports } from 'node:module'

let left = Number(process.env.KILL_BEFORE)

function count() {
  left--
  if (left === 0) process.kill(process.pid, 'SIGKILL')
}

const { rename } = fs
fs.rename = (...given) => {
  count()
  return rename(...given)
}
for (const name of ['execFile', 'spawn']) {
  const original = childProcess[name]
  childProcess[name] = (file, args, ...more) => {
    if (args?.includes('push') || args?.includes('update-ref')) count()
    return original(file, args, ...more)
  }
}
const { end } = http.ClientRequest.prototype
http.ClientRequest.prototype.end = function (...given) {
  if (this.method === 'PUT') count()
  return end.apply(this, given)
}
syncBuiltinESMExports()
