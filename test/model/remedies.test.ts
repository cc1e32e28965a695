import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { advise, suggest } from '../../src/model/remedy.ts'
import { formatHint } from '../../src/report/remedies.ts'

const SRC = fileURLToPath(new URL('../../src/', import.meta.url))

/** A command that belongs in `command`, where each medium writes it in its own way. */
const COMMAND =
  /\\`|\b(?:npx|jobwright) [a-z]|\bgit (?:add|checkout|clone|commit|config|fetch|fsck|init|pull|push|status)\b/

/** What is written between the parentheses that open at `start`. */
function inside(text: string, start: number): string {
  let depth = 0
  for (let at = start; at < text.length; at++) {
    if (text[at] === '(') depth += 1
    if (text[at] === ')') depth -= 1
    if (depth === 0) return text.slice(start + 1, at)
  }
  return text.slice(start + 1)
}

/** The source of every text of a remedy in a file: arguments of `advise`, the first of `suggest`, and `text` beside a command. */
function textsIn(source: string): string[] {
  const calls = [...source.matchAll(/\b(advise|suggest)\(/g)].map(({ 0: call, 1: name, index }) => {
    const all = inside(source, index + call.length - 1)
    return name === 'suggest' ? (/^\s*(?:'[^']*'|"[^"]*"|`[^`]*`)/.exec(all)?.[0] ?? all) : all
  })
  const literals = [...source.matchAll(/\{\s*text: ('[^']*'|"[^"]*"|`[^`]*`)/g)].map(([, text = '']) => text)
  return [...calls, ...literals]
}

t.test('no text of a remedy holds a command', async (t) => {
  const files = fs.readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
  const texts = files.flatMap((file) =>
    textsIn(fs.readFileSync(path.join(SRC, file), 'utf8')).map((text) => `${file}: ${text}`),
  )
  t.ok(texts.length > 150, `${texts.length} texts were found`)
  t.strictSame(
    texts.filter((text) => COMMAND.test(text)),
    [],
  )
  t.match("'run `jobwright init` first'".replaceAll('`', '\\`'), COMMAND)
  t.match("'run jobwright init first'", COMMAND)
})

t.test('remedies are one line in order, and a question ends with its mark', async (t) => {
  t.equal(
    formatHint([
      advise('did you mean IotJob/lamp?'),
      advise('a label is KEY=VALUE'),
      suggest('list the addresses', 'status'),
    ]),
    'did you mean IotJob/lamp? a label is KEY=VALUE; list the addresses: jobwright status',
  )
})
