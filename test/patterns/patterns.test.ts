import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { literalsIn } from './literals.ts'
import { alphabetOf, countSteps, readPattern, waysIn } from './work.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
/** How often a text is repeated: work that is linear grows as much from the second length to the third as from the first to the second. */
const LENGTHS = [24, 48, 72] as const
/** Growth beyond that, in steps: what is quadratic has hundreds. */
const ALLOWED = 160
const LIMIT = 200_000

type Found = { readonly at: string; readonly source: string; readonly flags: string }

function patternsOfSource(): Found[] {
  return fs
    .readdirSync(path.join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) =>
      literalsIn(fs.readFileSync(path.join(ROOT, 'src', file), 'utf8')).map((one) => ({ at: `src/${file}`, ...one })),
    )
}

function patternsOfSchemas(): Found[] {
  return fs.readdirSync(path.join(ROOT, 'schemas')).flatMap((file) => {
    const found: Found[] = []
    JSON.parse(fs.readFileSync(path.join(ROOT, 'schemas', file), 'utf8'), (member: string, value: unknown) => {
      if (member === 'pattern' && typeof value === 'string')
        found.push({ at: `schemas/${file}`, source: value, flags: 'u' })
      return value
    })
    return found
  })
}

/** A text for which the work of a pattern grows faster than the text; undefined where none of those that were tried does. */
function slowText(source: string, flags: string): string | undefined {
  const pattern = readPattern(source, flags)
  const alphabet = alphabetOf(pattern)
  const ways = waysIn(pattern)
  const other = alphabet.slice(-1)
  const isSmall = alphabet.length <= 10
  const pairs = isSmall ? alphabet.flatMap((a) => alphabet.filter((b) => a !== b).map((b) => [a, b])) : []
  // A search begins anew at every place where the beginning of a match stands.
  const pumps = [...alphabet.map((a) => [a]), ...ways.filter((way) => way.length > 1), ...pairs]
  for (const way of [...ways, other]) {
    for (const pump of pumps) {
      const ends = isSmall && pump.length === 1 ? alphabet : other
      for (const end of [[], ...ends.map((one) => [one])]) {
        const [first, second, third] = LENGTHS.map((length) =>
          countSteps(pattern, [...way, ...Array.from({ length }, () => pump).flat(), ...end], LIMIT),
        ) as [number, number, number]
        if (third >= LIMIT || third - 2 * second + first > ALLOWED)
          return `${JSON.stringify(way.join(''))}, ${JSON.stringify(pump.join(''))} again and again, ${JSON.stringify(end.join(''))}`
      }
    }
  }
  return undefined
}

// Thousands of texts for each of hundreds of patterns.
t.setTimeout(180_000)

t.test('the counter finds work that grows faster than a text, and no other', async (t) => {
  for (const slow of [
    String.raw`^[-+]?(0b[01_]+|\d[\d_]*_[\d_]*(\.[\d_]*)?)$`,
    String.raw`\s+$`,
    '^(a+)+$',
    '^(a|aa)+$',
    '^[^=]*=.*=.*;$',
    '[a-z]+@',
    '^0+|0+$',
    'https?://[^ ?]*[?]',
  ])
    t.ok(slowText(slow, ''), slow)
  for (const fine of [
    String.raw`^\d[\d_]*$`,
    '^[a-z]{2,}(-[a-z]+)+-[0-9]+$',
    String.raw`^(?!.*(?:\.\.|//))[a-z./]+$`,
    '(?<![a-z])::',
    '^a{1,200}b',
  ])
    t.equal(slowText(fine, ''), undefined, fine)
  t.strictSame(
    literalsIn('const a = b / c / d // /x/\nreturn /y[/]z/g.test(`${e.replace(/"/u, "/q/")} /r/`)').map(
      ({ source, flags }) => `${source} ${flags}`,
    ),
    ['y[/]z g', '" u'],
  )
})

t.test('no literal pattern of the program and no pattern of its schemas takes more than linear work', async (t) => {
  const all = [...patternsOfSource(), ...patternsOfSchemas()]
  t.ok(all.length > 150, `${all.length} patterns were found`)
  const seen = new Set<string>()
  for (const { at, source, flags } of all) {
    const key = `${source} ${flags}`
    if (seen.has(key)) continue
    seen.add(key)
    const slow = slowText(source, flags)
    t.equal(slow, undefined, `${at}: /${source}/${flags}`)
  }
})
