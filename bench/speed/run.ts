import fs from 'node:fs'
import os from 'node:os'
import { parseArgs } from 'node:util'
import { build } from '../../test/e2e/process.ts'
import { type Result, ROWS, type Scale } from './rows.ts'

/*
 * `npm run bench`: how long Jobwright takes, beside its peers, in under 10 minutes. Compare ratios: the milliseconds are this machine's.
 *   --only ROW,ROW  rows by their names
 *   --full          also 100,000 specs
 *   --sizes N,N     these numbers of specs instead
 *   --runs N        runs of each command (default 5)
 *   --json FILE     write the results there
 */

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    full: { type: 'boolean', default: false },
    sizes: { type: 'string' },
    runs: { type: 'string', default: '5' },
    json: { type: 'string' },
  },
})
const names = values.only?.split(',')
const unknown = names?.filter((name) => !ROWS.some((row) => row.name === name)) ?? []
if (unknown.length > 0)
  throw new Error(`no row ${unknown.join(', ')}: choose of ${ROWS.map(({ name }) => name).join(', ')}`)

const sizes = values.sizes?.split(',').map(Number)
const scale: Scale = { isFull: values.full, runs: Number(values.runs), ...(sizes && { sizes }) }
build()
const machine = `${os.cpus()[0]?.model}, ${os.cpus().length} processors, Node ${process.version}`
const load = os.loadavg()[0]!.toFixed(1)
process.stdout.write(
  `${new Date().toISOString().slice(0, 10)}, ${machine}, load ${load}; medians of up to ${values.runs} runs\n\n` +
    '| measure | specs | contender | time | times the first | CPU | memory | |\n|---|---|---|---|---|---|---|---|\n',
)
const results: Result[] = []
for (const row of ROWS.filter(({ name }) => names?.includes(name) ?? true)) {
  const measured = await row.measure(scale)
  results.push(...measured)
  for (const result of measured) process.stdout.write(formatRow(result, measured))
}
if (values.json !== undefined)
  fs.writeFileSync(values.json, `${JSON.stringify({ machine, at: new Date().toISOString(), results }, undefined, 2)}\n`)

/** Formats a result as a line of a Markdown table. The ratio is to the first contender of the same row and size. */
function formatRow(result: Result, all: readonly Result[]): string {
  const first = all.find(({ row, size }) => row === result.row && size === result.size)!
  const notes = Object.entries(result.notes ?? {}).map(([name, value]) => `${name} ${round(value)}`)
  const cells = [
    result.row,
    result.size.toLocaleString('en'),
    result.contender,
    `${round(result.wallMs)} ms`,
    (result.wallMs / first.wallMs).toFixed(2),
    result.cpuMs === undefined ? '' : `${round(result.cpuMs)} ms`,
    result.memoryMb === undefined ? '' : `${round(result.memoryMb)} MB`,
    notes.join(', '),
  ]
  return `| ${cells.join(' | ')} |\n`
}

function round(value: number): number {
  return value >= 10 ? Math.round(value) : Number(value.toPrecision(3))
}
