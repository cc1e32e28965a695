import t from 'tap'
import { formatAnnotations } from '../../src/report/annotations.ts'
import { formatDiagnostics } from '../../src/report/diagnostics.ts'
import {
  escapeForAnnotation,
  escapeForHtml,
  escapeForMarkdown,
  escapeForTerminal,
  escapeForWorkflowLog,
  stripCommands,
} from '../../src/report/escape.ts'
import { formatJsonLine, toEventLines } from '../../src/report/json-lines.ts'
import { formatPlan } from '../../src/report/plan-text.ts'
import { formatEvent } from '../../src/report/run-text.ts'
import { formatSarif } from '../../src/report/sarif.ts'
import { formatStatus } from '../../src/report/status-text.ts'
import { formatSummary } from '../../src/report/summary-text.ts'
import * as fixtures from './fixtures.ts'

/** Stated apart from the code under test: ranges, not properties. */
const UNSAFE =
  /[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/u
const UNSAFE_LINES = new RegExp(`(?!\\n)(?:${UNSAFE.source})`, 'u')
const OURS = /\x1b\[(?:1|2|22|31|32|33|36|39)m/g

const PIECES = [
  ['\x00', '\x07', '\b', '\t', '\n', '\v', '\r', '\r\n', '\x1b', '\x1b[31m', '\x1b]0;cup\x07', '\x1b[2J', '\x7f'],
  ['\x85', '\x9b', '\x9b2J', '\xa0', '\xad', '\u061c', '\u200b', '\u200d', '\u200e', '\u2028', '\u2029', '\u202e'],
  ['\u2066', '\u2069', '\u3164', '\ufeff', '\ufff9', '\u{e0041}', '\ud800', '\udc00', '⚽', '⚠️', 'カ', 'e\u0301'],
  ['::', ':::', '::error ', '::add-mask::', '##[', '##[error]', '##', '[', ']', ':', '%', '%0A', '%25', ','],
  ['::stop-commands::x', '@fans', 'cup@example.org', '#7', 'GH-7', 'https://evil.example', 'www.evil.example'],
  ['<img src=x onerror=a()>', '<!--', '-->', '&lt;', '"', "'", '`', '```', '|', '\\', '*', '_', '~~', '[a](b)', '!['],
  ['# ', '- ', '1. ', '> ', '    ', '$', '^', '---', '===', ' ', ' ', 'kiosk', 'final', 'arn:aws:s3:::cup', '1'],
].flat()

/** Mulberry32: the same texts in every run. */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const random = randomFrom(20261114)
const hostile = Array.from({ length: 10_000 }, () =>
  Array.from({ length: 1 + Math.floor(random() * 6) }, () => PIECES[Math.floor(random() * PIECES.length)]).join(''),
)

/** What the GitHub runner takes a line for (actions/runner, ActionCommand.cs): version 2 commands, then version 1. */
function commandOf(line: string): string | undefined {
  const trimmed = line.replace(/^[\s\x85]+/u, '')
  if (trimmed.startsWith('::')) {
    const end = trimmed.indexOf('::', 2)
    if (end >= 0) return trimmed.slice(2, end).split(' ')[0]
  }
  const start = line.indexOf('##[')
  const close = start < 0 ? -1 : line.indexOf(']', start)
  return close < 0 ? undefined : line.slice(start + 3, close)
}

/** A text as the name of a finding: TAP is a text format too. */
function ascii(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** Texts that break a rule: none, for a sink that works. Ten thousand assertions would be ten thousand lines of output. */
function offenders(sink: (text: string) => string, isBad: (shown: string) => boolean): string[] {
  return hostile
    .filter((text) => isBad(sink(text)))
    .slice(0, 5)
    .map(ascii)
}

t.test('control characters are escaped for a terminal', async (t) => {
  t.equal(
    escapeForTerminal('\x1b[31m\x9b\u202e\u200b\u{e0041}\r\n\t\ud800'),
    '\\x1b[31m\\x9b\\u202e\\u200b\\u{e0041}\\r\\n\\t\\ud800',
  )
  t.equal(escapeForTerminal('a\nb\r', { lines: true }), 'a\nb\\r')
  t.equal(escapeForTerminal('ü カップ ⚽ ⚠️ %::'), 'ü カップ ⚽ ⚠️ %::', 'all else stays')
  t.equal(
    escapeForTerminal('##[error] ###[x ##'),
    '##\\x5berror] ###\\x5bx ##',
    'but for what a runner reads anywhere in a line',
  )
  t.strictSame(
    offenders(escapeForTerminal, (shown) => UNSAFE.test(shown) || shown.includes('##[')),
    [],
  )
  t.strictSame(
    offenders(
      (text) => escapeForTerminal(text, { lines: true }),
      (shown) => UNSAFE_LINES.test(shown) || shown.includes('##['),
    ),
    [],
  )
})

t.test('no text in a workflow log becomes a command', async (t) => {
  const isCommand = (shown: string) =>
    shown.split(/\r\n|[\r\n\x85\u2028\u2029]/).some((line) => commandOf(line) !== undefined)
  t.ok(hostile.some(isCommand), 'the texts would be commands without the sink')
  t.strictSame(
    offenders((text) => escapeForWorkflowLog(text, { lines: true }), isCommand),
    [],
  )
  t.strictSame(
    offenders(stripCommands, (shown) => shown.split('\n').some((line) => commandOf(line) !== undefined)),
    [],
  )
  t.equal(escapeForWorkflowLog('\xa0::error::out'), '\xa0\\x3a:error\\x3a:out'.replace('\\x3a:out', '::out'))
  t.equal(
    escapeForWorkflowLog('arn:aws:s3:::cup and arn:aws:iam::1:role/x'),
    'arn:aws:s3:::cup and arn:aws:iam::1:role/x',
  )
})

t.test('an annotation stays one command and keeps its values', async (t) => {
  t.equal(escapeForAnnotation('100 %: a,b\nc\r', 'data'), '100 %25: a,b%0Ac\\r')
  t.equal(escapeForAnnotation('specs/a,b:c%.yaml', 'property'), 'specs/a%2Cb%3Ac%25.yaml')
  t.strictSame(
    offenders(
      (text) => escapeForAnnotation(text, 'property'),
      (shown) => /[:,]|##\[/.test(shown) || UNSAFE.test(shown),
    ),
    [],
  )
  t.strictSame(
    offenders(
      (text) => escapeForAnnotation(text, 'data'),
      (shown) => UNSAFE.test(shown) || /##\[/.test(shown),
    ),
    [],
  )
  t.strictSame(
    offenders(
      (text) => `::error file=${escapeForAnnotation(text, 'property')},line=1::${escapeForAnnotation(text, 'data')}`,
      (shown) => commandOf(shown) !== 'error' || !/^::error file=[^:,]*,line=1::/.test(shown),
    ),
    [],
  )
})

t.test('Markdown shows text and nothing else', async (t) => {
  t.equal(escapeForMarkdown('kiosk-1 | *all* @fans'), 'kiosk&#45;1 &#124; &#42;all&#42; @&#8203;fans')
  t.equal(escapeForMarkdown('1. see #7 at https://x.example'), '&#49;. see #&#8203;7 at https:&#8203;//x.example')
  const bare = (shown: string) => shown.replace(/&#\d+;/g, '\0')
  t.strictSame(
    offenders(escapeForMarkdown, (shown) => /[\\`*_{}[\]<>&"'|~!$^=+\n-]|^\s|^\d+[.)]/.test(bare(shown))),
    [],
  )
  t.strictSame(
    offenders(escapeForMarkdown, (shown) => /@(?!\0)|#(?!\0)|:\/\/|www\.|GH\0\d/i.test(bare(shown))),
    [],
  )
})

t.test('HTML shows text and nothing else', async (t) => {
  t.equal(escapeForHtml('<b title="x">\'&\x1b\n'), '&#60;b title=&#34;x&#34;&#62;&#39;&#38;\\x1b\n')
  t.strictSame(
    offenders(escapeForHtml, (shown) => /[<>"'`]|&(?!#\d+;)/.test(shown) || UNSAFE_LINES.test(shown)),
    [],
  )
})

/** Words of our own model, which no outsider can write. */
const OWN = new Set(['severity', 'type', 'action', 'step', 'stage', 'class', 'how'])

/** The same value with hostile text in every other string, and in the names of counts. */
function poisoned<Value>(value: Value, text: string): Value {
  const walk = (inner: unknown, name: string): unknown => {
    if (typeof inner === 'string') return OWN.has(name) ? inner : text
    if (Array.isArray(inner)) return inner.map((one) => walk(one, name))
    if (typeof inner !== 'object' || inner === null) return inner
    return Object.fromEntries(
      Object.entries(inner).map(([key, one]) => [name === 'counts' ? text + key : key, walk(one, key)]),
    )
  }
  return walk(value, '') as Value
}

type Scan = {
  runs: [
    {
      results: {
        message: { text: string }
        locations?: [{ physicalLocation: { artifactLocation: { uri: string } } }]
      }[]
    },
  ]
}

/** Whether a SARIF log has a message with a link in it, or with what a viewer would act on, or a file that is no relative URI. */
function isUnsafe(log: string): boolean {
  return (JSON.parse(log) as Scan).runs[0].results.some(({ message, locations }) => {
    const uri = locations?.[0].physicalLocation.artifactLocation.uri ?? 'x'
    return UNSAFE_LINES.test(message.text) || message.text.includes('](') || !/^[\w.!~*'()%/-]+$/.test(uri)
  })
}

t.test('hostile text in any field of any report is only displayed', async (t) => {
  const lines = (text: string) => {
    const { plan, diagnostics, events, ends, state } = poisoned({ ...fixtures }, text)
    const records = Object.fromEntries(Object.entries(state.records).map(([key, one]) => [text + key, one]))
    const report = (colour: boolean, width: number) => {
      const options = { colour, width, now: fixtures.NOW }
      return [
        formatDiagnostics(diagnostics, options),
        formatPlan(plan, { commit: text, where: text, verb: 'plan', serial: 1 }, options),
        formatPlan(plan, {}, options),
        ...events.map((event) => formatEvent(event, options, () => text)),
        formatStatus(records, [], options),
        formatSummary({ jobs: ends, exitCode: 6, nextAt: text }, options),
      ].join('\n')
    }
    const json = events.flatMap((event) => toEventLines(event)).map(formatJsonLine)
    const log = formatSarif({ version: '1.0.0', diagnostics, exitCode: 3, rule: () => undefined })
    return { people: report(false, 80), coloured: report(true, 120), json, github: formatAnnotations(diagnostics), log }
  }
  const texts = [...PIECES.map((piece) => `cup\n${piece}error FORGED: ${piece}`), ...hostile.slice(0, 200)]
  const faults: Record<string, string[]> = { control: [], forged: [], command: [], json: [], annotation: [], sarif: [] }
  for (const text of texts) {
    const { people, coloured, json, github, log: scan } = lines(text)
    const log = stripCommands(`${people}\n${coloured}`).split('\n')
    const found: Record<string, boolean> = {
      control: [people, coloured.replace(OURS, ''), ...json, github].some((shown) => UNSAFE_LINES.test(shown)),
      forged: /^error FORGED/m.test(people),
      command: log.some((line) => commandOf(line) !== undefined),
      json: json.some((line) => JSON.parse(line).v !== 1 || line.includes('##[')),
      sarif:
        UNSAFE_LINES.test(scan) || scan.split('\n').some((line) => commandOf(line) !== undefined) || isUnsafe(scan),
      annotation: github.split('\n').some((line) => !/^::(?:error|warning) /.test(line)),
    }
    for (const [fault, is] of Object.entries(found)) if (is) faults[fault]?.push(ascii(text))
  }
  t.strictSame(faults, { control: [], forged: [], command: [], json: [], annotation: [], sarif: [] })
})
