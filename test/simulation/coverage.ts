import fs from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Plan } from '../../src/model/plan.ts'

/** The planner's own text: whatever it can say stands there. */
const PLANNER = fileURLToPath(new URL('../../src/plan/', import.meta.url))
/** One world in so many has to show each situation. */
const WORLDS = 1_000

/**
 * Situations that no world shows, or too seldom to be counted on, and why that is no gap. Each is held by the test that is named. Whoever adds
 * a code, an action or a way out to the planner adds a world that shows it, or a line here.
 */
export const NOT_HERE: Readonly<Record<string, string>> = {}

/** A way out as the planner's text has it, with what fits it. */
type Pattern = { readonly text: string; readonly fits: RegExp }

let known: { readonly names: readonly string[]; readonly remedies: readonly Pattern[] } | undefined

/** Reads what the planner can say: actions, codes, and ways out. */
function readPlanner(): NonNullable<typeof known> {
  if (known) return known
  const text = fs
    .readdirSync(PLANNER)
    .sort()
    .map((file) => fs.readFileSync(`${PLANNER}${file}`, 'utf8'))
    .join('\n')
  const all = (pattern: RegExp): string[] => [...new Set([...text.matchAll(pattern)].map(([, found = '']) => found))]
  const actions = all(/\baction: '(\w+)'/g).map((action) => `action ${action}`)
  const codes = all(/'((?:PLAN|GUARD|CHECKOUT|CLOCK|STATE|KIND)_[A-Z_]+)'/g).map((code) => `code ${code}`)
  const quoted = [...text.matchAll(/\b(?:advise|suggest)\(\s*(?:'([^'\n]*)'|`([^`\n]*)`)/g)]
  const remedies = [...new Set(quoted.map(([, plain, template]) => plain ?? template ?? ''))].map(patternOf)
  known = { names: [...actions, ...codes, ...remedies.map((remedy) => `way out: ${remedy.text}`)].sort(), remedies }
  return known
}

/** Counts in one world what its plans say: actions, codes, refusals and ways out. */
export function countPlan(plan: Plan, count: (what: string) => void): void {
  const { remedies: patterns } = readPlanner()
  const remedy = ({ text }: { readonly text: string }): void => {
    const found = patterns.find(({ fits }) => fits.test(text))
    if (found) count(`way out: ${found.text}`)
  }
  for (const { action, code, remedies = [] } of plan.actions) {
    count(`action ${action}`)
    if (code !== undefined) count(`code ${code}`)
    for (const one of remedies) remedy(one)
  }
  for (const { code, remedies = [] } of [...plan.refusals, ...plan.diagnostics, ...(plan.findings ?? [])]) {
    count(`code ${code}`)
    for (const one of remedies) remedy(one)
  }
}

/** Whether a count is of a situation, which is counted once in a world. */
export function isSituation(what: string): boolean {
  return /^(action|code|way out:) /.test(what)
}

/** How often each situation was there, by a thousand worlds; and those that are missing without a reason. */
export function coverageOf(
  counts: ReadonlyMap<string, number>,
  worlds: number,
): { readonly lines: readonly string[]; readonly missing: readonly string[] } {
  const { names } = readPlanner()
  const rate = (name: string): number => ((counts.get(name) ?? 0) * WORLDS) / worlds
  const missing = names.filter((name) => rate(name) < 1 && NOT_HERE[name] === undefined)
  const lines = names.map((name) => {
    const reason = rate(name) < 1 && NOT_HERE[name] !== undefined ? `  not here: ${NOT_HERE[name]}` : ''
    return `${rate(name).toFixed(1).padStart(7)} ${name}${reason}`
  })
  return { lines, missing }
}

function patternOf(text: string): Pattern {
  const parts = text.split(/\$\{[^}]*\}/).map((part) => part.replaceAll(/[.*+?^$()|[\]\\{}]/g, '\\$&'))
  return { text: text.replaceAll(/\$\{[^}]*\}/g, '…'), fits: new RegExp(`^${parts.join('.*')}$`, 's') }
}
