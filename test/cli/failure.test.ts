import t from 'tap'
import { reportFailure } from '../../src/cli/failure.ts'
import type { Host } from '../../src/session/host.ts'
import { readCommands } from '../github/runner.ts'

t.test('the trace of a bug starts no command of a workflow and acts on no terminal', async (t) => {
  const written: string[] = []
  const stream = { write: (text: string) => void written.push(text) }
  const host = { cwd: '/', env: {}, stdout: stream, stderr: stream, signal: new AbortController().signal }
  const error = new Error('odd spec\n::error::owned\n \u00a0::set-env name=A::b\n##[group]x\x1b[2J')
  t.equal(reportFailure(error, host as unknown as Host, false, 'text'), 1)
  const said = written.join('')
  t.match(said, /owned[\s\S]*This is a bug/)
  t.strictSame(readCommands(said), [])
  t.notMatch(said, /\x1b/)
})
