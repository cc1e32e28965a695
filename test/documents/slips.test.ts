import fs from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { MODELS } from '../../src/kinds/index.ts'
import { load } from '../../src/load/load.ts'
import { formatDiagnostics } from '../../src/report/diagnostics.ts'
import { formatHint } from '../../src/report/remedies.ts'

/* Fifty mistakes that people make, ten for each kind. What is said of each is meant to be read: see the snapshot. */

const SLIPS = fileURLToPath(new URL('../fixtures/slips/', import.meta.url))
const OPTIONS = { colour: false, width: 120, now: 0 }

/** What the first line of a file says was done wrong, and what `validate` says of it. */
async function told(file: string): Promise<string> {
  const { diagnostics } = await load({ root: SLIPS, kinds: MODELS, patterns: [file] })
  const title = fs.readFileSync(`${SLIPS}${file}`, 'utf8').split('\n')[0]
  return `${title}\n${formatDiagnostics(
    diagnostics.map((one) => ({ ...one, hint: formatHint(one.remedies) })),
    OPTIONS,
  )}\n`
}

t.test('fifty mistakes are each reported at their line, with what to write instead', async (t) => {
  const texts: string[] = []
  for (const { kind } of MODELS) {
    const files = fs.readdirSync(`${SLIPS}${kind}`).sort()
    t.equal(files.length, 10, `${kind} has ten`)
    for (const file of files) {
      const text = await told(`${kind}/${file}`)
      t.match(text, /\n {2}hint: \S/, `${kind}/${file} has a way out`)
      t.match(text, /\^/, `${kind}/${file} has its place`)
      texts.push(text)
    }
  }
  t.matchSnapshot(texts.join('\n'), 'slips')
})
