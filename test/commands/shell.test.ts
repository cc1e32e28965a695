import t from 'tap'
import { shellOf } from '../../src/commands/shell.ts'
import { commandText } from '../../src/report/remedies.ts'

t.test('a command in a hint is quoted for the shell at hand', (t) => {
  const typed = (word: string, shell?: 'cmd' | 'powershell') => commandText(['jobwright', 'cancel', word], { shell })
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

t.test('the shell is known by the environment that it gives', (t) => {
  t.equal(shellOf({ PROMPT: '$P$G' }, 'win32'), 'cmd')
  t.equal(shellOf({ PSModulePath: 'C:\\x' }, 'win32'), 'powershell')
  t.equal(shellOf({ MSYSTEM: 'MINGW64' }, 'win32'), undefined)
  t.equal(shellOf({ PROMPT: '%' }, 'linux'), undefined)
  t.end()
})
