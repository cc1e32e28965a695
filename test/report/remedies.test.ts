import { execFileSync } from 'node:child_process'
import t from 'tap'
import { advise, type Remedy, suggest } from '../../src/model/remedy.ts'
import { formatCommand, formatHint, type Medium } from '../../src/report/remedies.ts'

const SHELL: Medium = {}
const EMULATOR: Medium = { emulator: true }
const WORKFLOW: Medium = { workflow: true }

const ADOPT = suggest('if one of them is the job', 'resolve', 'PinpointExportJob/readers', '--adopt', 'job-7')
const GIVE_UP = suggest('if none of them is', 'resolve', 'PinpointExportJob/readers', '--not-created')

t.test('a remedy is rendered for its medium', async (t) => {
  const table: readonly (readonly [medium: Medium, remedies: readonly Remedy[], hint: string])[] = [
    [SHELL, [advise('raise policy.run')], 'raise policy.run'],
    [EMULATOR, [advise('raise policy.run')], 'raise policy.run'],
    [WORKFLOW, [advise('raise policy.run')], 'raise policy.run'],
    [
      SHELL,
      [ADOPT, GIVE_UP],
      'if one of them is the job: jobwright resolve PinpointExportJob/readers --adopt job-7; if none of them is: jobwright resolve PinpointExportJob/readers --not-created',
    ],
    [
      EMULATOR,
      [ADOPT, GIVE_UP],
      'if one of them is the job: jobwright resolve PinpointExportJob/readers --adopt job-7 --emulator; if none of them is: jobwright resolve PinpointExportJob/readers --not-created --emulator',
    ],
    [
      WORKFLOW,
      [GIVE_UP],
      'if none of them is: run this workflow with the command: resolve PinpointExportJob/readers --not-created',
    ],
    [EMULATOR, [suggest('to submit it', 'reconcile')], 'to submit it: jobwright reconcile --emulator'],
    [EMULATOR, [suggest('see it', 'status', '--emulator')], 'see it: jobwright status --emulator'],
    [EMULATOR, [suggest('for all members', 'schema', 'IotJob')], 'for all members: jobwright schema IotJob'],
    [WORKFLOW, [suggest('to see why', 'plan')], 'to see why: jobwright plan'],
    [WORKFLOW, [suggest('to raise it', 'rerun', 'IotJob/a')], 'to raise it: jobwright rerun IotJob/a'],
    [EMULATOR, [{ text: 'get it all', command: ['git', 'fetch', '--unshallow'] }], 'get it all: git fetch --unshallow'],
    [WORKFLOW, [{ text: 'get it all', command: ['git', 'cancel'] }], 'get it all: git cancel'],
  ]
  for (const [medium, remedies, hint] of table) t.equal(formatHint(remedies, medium), hint, hint)
  t.equal(formatHint(undefined), undefined)
  t.equal(formatHint([]), undefined)
})

t.test('an argument is quoted if necessary', async (t) => {
  for (const [word, shell, input] of [
    ['IotJob/kiosk-1', 'IotJob/kiosk-1', 'IotJob/kiosk-1'],
    ['--file=specs/a.yaml', '--file=specs/a.yaml', '--file=specs/a.yaml'],
    ['two words', "'two words'", "'two words'"],
    ['', "''", "''"],
    ['a;b', "'a;b'", "'a;b'"],
    ['$HOME `x`', "'$HOME `x`'", "'$HOME `x`'"],
    ["it's", "'it'\\''s'", `"it's"`],
    ['it\'s a "b\\c"', "'it'\\''s a \"b\\c\"'", '"it\'s a \\"b\\\\c\\""'],
  ] as const) {
    t.equal(formatCommand(['jobwright', 'cancel', word]), `jobwright cancel ${shell}`)
    const dispatched = formatCommand(['jobwright', 'cancel', word], WORKFLOW)
    t.equal(dispatched, `run this workflow with the command: cancel ${input}`)
    const read = execFileSync('sh', ['-c', formatCommand(['printf', '%s', word])], { encoding: 'utf8' })
    t.equal(read, word, 'a shell reads it back')
  }
})
