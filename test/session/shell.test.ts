import t from 'tap'
import { formatCommand } from '../../src/report/remedies.ts'
import { detectShell } from '../../src/session/shell.ts'

t.test('a command in a hint is quoted for the current shell', (t) => {
  const typed = (word: string, shell?: 'cmd' | 'powershell') => formatCommand(['jobwright', 'cancel', word], { shell })
  for (const [word, posix, cmd, powershell] of [
    ['IotJob/a', 'IotJob/a', 'IotJob/a', 'IotJob/a'],
    ['two words', "'two words'", '"two words"', "'two words'"],
    ["it's", "'it'\\''s'", '"it\'s"', "'it''s'"],
    ['say "hi"', `'say "hi"'`, '"say \\"hi\\""', `'say "hi"'`],
    ['$HOME', "'$HOME'", '"$HOME"', "'$HOME'"],
    ['C:\\My jobs\\', "'C:\\My jobs\\'", '"C:\\My jobs\\\\"', "'C:\\My jobs\\'"],
    ['C:\\jobs', "'C:\\jobs'", 'C:\\jobs', 'C:\\jobs'],
    ['@list', '@list', '"@list"', "'@list'"],
    ['', "''", '""', "''"],
  ] as const) {
    t.equal(typed(word), `jobwright cancel ${posix}`)
    t.equal(typed(word, 'cmd'), `jobwright cancel ${cmd}`)
    t.equal(typed(word, 'powershell'), `jobwright cancel ${powershell}`)
  }
  t.end()
})

t.test('the shell is detected from its environment', (t) => {
  t.equal(detectShell({ PROMPT: '$P$G' }, 'win32'), 'cmd')
  t.equal(detectShell({ PSModulePath: 'C:\\x' }, 'win32'), 'powershell')
  t.equal(detectShell({ MSYSTEM: 'MINGW64' }, 'win32'), undefined)
  t.equal(detectShell({ PROMPT: '%' }, 'linux'), undefined)
  t.end()
})
