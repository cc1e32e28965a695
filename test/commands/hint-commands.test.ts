import t from 'tap'
import { onEmulator } from '../../src/commands/hint-commands.ts'

t.test('a command in a hint of a run on the emulator stays there', async (t) => {
  for (const [hint, expected] of [
    [
      'if one is it: jobwright resolve IotJob/a --adopt 7; if none is: jobwright resolve IotJob/a --not-created',
      'if one is it: jobwright resolve IotJob/a --adopt 7 --emulator; if none is: jobwright resolve IotJob/a --not-created --emulator',
    ],
    ['run it again (jobwright rerun IotJob/a), or not', 'run it again (jobwright rerun IotJob/a --emulator), or not'],
    ['`jobwright reconcile` submits it', '`jobwright reconcile --emulator` submits it'],
    ['jobwright adopt IotJob/a --emulator --yes', 'jobwright adopt IotJob/a --emulator --yes'],
    ['see `jobwright schema job`', 'see `jobwright schema job`'],
  ] as const) {
    t.strictSame(onEmulator({ hint, code: 'X' }), { hint: expected, code: 'X' })
  }
  const none: { readonly code: string; readonly hint?: string } = { code: 'X' }
  t.equal(onEmulator(none), none, 'what has no hint stays as it is')
})
