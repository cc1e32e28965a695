import fs from 'node:fs'
import path from 'node:path'
import { CODES } from '../../../src/model/codes.ts'
import { blocksOf } from './pages.ts'

/*
 * Some pages show a message that no test can cause, such as an answer of AWS. Their text is checked against the source: code, severity,
 * and every run of words that is not a value. So an example that the program no longer prints fails.
 */

/** Reads the source as one line without comments. */
export function readSource(src: string): string {
  const files = fs.readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'))
  const code = files.map((file) =>
    fs.readFileSync(path.join(src, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, ''),
  )
  return code.join(' ').replace(/\\'/g, "'").replace(/\s+/g, ' ')
}

/** A word that a run fills in: an address, an ID, a number, a time, a path, a name in quotes, or a name of AWS. */
const VALUE = /[\d/_@"(]|\.\.\.|^\W+$|^[A-Z][a-z]+[A-Z]|^[a-z]+[A-Z.]|^[a-z]+-[a-z]+/
/** What AWS, the system or a tool says, up to the end of the line. */
const FOREIGN =
  /\b(?:\w+(?:Exception|Token)|E[A-Z]{4,}|fatal|Could not load credentials|detected dubious ownership|getaddrinfo)\b.*$/
const COMMAND = /\bjobwright ([a-z]+)((?: [^\s;]+)*)/g
const TOOL = /\b(?:git (?:stash|pull|fetch|config|push|remote)|aws sso)\b[^;]*/g

/** Returns what is stale in the static examples of a code's page. `cli`: the text of docs/cli.md. */
export function findStale(code: keyof typeof CODES, page: string, source: string, cli: string): string[] {
  return blocksOf(page)
    .filter(({ language }) => language === 'text')
    .flatMap(({ text }) => text.split('\n'))
    .flatMap((line) => [
      ...checkHead(code, line),
      ...findUnknownWords(line, source).map((word) => `"${word}" is not in the source: ${line.trim()}`),
      ...findUnknownCommands(line, cli).map((command) => `no such command: ${command}`),
    ])
}

function checkHead(code: keyof typeof CODES, line: string): string[] {
  const [, severity, shown] = /^(?:\S+: )?(error|warning|info) ([A-Z_]+): /.exec(line) ?? []
  if (severity === undefined) return []
  if (shown !== code) return [`it shows ${shown}`]
  return severity === CODES[code].severity ? [] : [`its severity is ${CODES[code].severity}`]
}

/** Finds words of a line that are neither values nor part of a run of words in the source. */
function findUnknownWords(line: string, source: string): string[] {
  const text = line
    .replace(/^(?:\S+: )?(?:error|warning|info) [A-Z_]+: (?:[A-Z]\w+\/\S+: )?/, '')
    .replace(/^\s+hint: /, '')
    .replace(/^(?:blocked|keep|waiting) {2}\S+ {2}/, '')
    .replace(FOREIGN, '')
    .replace(COMMAND, '')
    .replace(TOOL, '')
  const words = text.split(/\s+/).filter((word) => word !== '')
  const unknown: string[] = []
  for (let at = 0; at < words.length; ) {
    const end = findRunEnd(words, at, source)
    if (end === at && !VALUE.test(words[at]!) && !isBesideValue(source, words[at]!)) unknown.push(words[at]!)
    at = Math.max(end, at + 1)
  }
  return unknown
}

/** Returns the end of the longest run of words from `at` that the source has; `at` if there is none. */
function findRunEnd(words: readonly string[], at: number, source: string): number {
  for (let end = words.length; end > at + 1; end--) {
    const run = words
      .slice(at, end)
      .join(' ')
      .replace(/^\(/, '')
      .replace(/[;:,.)]+$/, '')
    if (hasRun(source, run)) return end
  }
  return at
}

function hasRun(source: string, run: string): boolean {
  for (let at = source.indexOf(run); at >= 0; at = source.indexOf(run, at + 1))
    if (!/\w/.test(source[at - 1] ?? '') && !/\w/.test(source[at + run.length] ?? '')) return true
  return false
}

/** Returns whether the source has a word alone beside a value, as in `${name} job ${id}`, or as a whole text. */
function isBesideValue(source: string, word: string): boolean {
  const plain = word.replace(/[;:,.)]+$/, '')
  const openings = ['} ', '}: ', ') ', '`', "'", '(']
  return openings.some((open) =>
    [' ${', ': ${', ', ${', '`', "'", "' ", ', ', '${'].some((close) => source.includes(`${open}${plain}${close}`)),
  )
}

/** Finds the commands of a line whose verb or option docs/cli.md does not have. */
function findUnknownCommands(line: string, cli: string): string[] {
  return [...line.matchAll(COMMAND)].flatMap(([command, verb = '', rest = '']) => {
    // A verb may have commands of its own, each with a section.
    const section = cli
      .split(/^## /m)
      .filter((part) => part.startsWith(`${verb}\n`) || part.startsWith(`jobwright ${verb}`))
      .join('')
    const options = rest.match(/--[a-z-]+/g) ?? []
    return section !== '' && options.every((option) => section.includes(option)) ? [] : [command]
  })
}
