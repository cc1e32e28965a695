import fs from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Plan } from '../../src/model/plan.ts'

/** The planner's source, which contains everything it can say. */
const PLANNER = fileURLToPath(new URL('../../src/plan/', import.meta.url))
/** At least one in this many worlds must show each situation. */
const WORLDS = 1_000

/**
 * Situations that no world shows, or too few to rely on, and why that is acceptable. The named test covers each. A new
 * code, action or remedy in the planner needs a world that shows it, or a line here.
 */
export const NOT_HERE: Readonly<Record<string, string>> = {
  'code GUARD_RUNS': 'of schedules, which live in quarter.ts: test/plan/series/series.test.ts',
  'way out: if that is intended, set guards.maxRunsPerDay: … in jobwright.yaml and have it reviewed, or act on fewer specs with --only':
    'of GUARD_RUNS: test/plan/series/series.test.ts',
  'code PLAN_SERIES': 'of schedules: test/plan/series/series.test.ts',
  'way out: to end the schedule, write its end, or remove the spec': 'of PLAN_SERIES: test/plan/series/series.test.ts',
  'way out: to run it once more, write policy.run: …': 'of PLAN_SERIES: test/plan/series/series.test.ts',
  'way out: to run it once more, outside the schedule': 'a failed run of a schedule: test/plan/series/series.test.ts',
  'way out: name a later run in policy.dependsOn':
    'a dependency on a run of a schedule: test/plan/series/series.test.ts',
  'way out: name another run in policy.dependsOn, or remove it':
    'a dependency on a run of a schedule: test/plan/series/series.test.ts',
  'way out: the next run after that is …': 'a dependency on a run of a schedule: test/plan/series/series.test.ts',
  'way out: if both are to run, write policy.allowIdentical: true':
    'a renamed spec with a schedule: test/plan/series/series.test.ts',
  'code PLAN_OFFLINE': 'a world without AWS: test/plan/decisions/decisions.test.ts',
  'way out: show its ways out': 'a plan without AWS: test/plan/attention/findings.test.ts',
  'code PLAN_CONFLICT': 'stands in where a line has no code of its own; every line has one',
  'way out: ${why ? ': 'no text of its own: it names the refusal of a kind before the ways of PLAN_IMMUTABLE',
  'code PLAN_OTHER_JOB': 'a cancel by hand of a job whose ID was used again: test/plan/decisions/decisions.test.ts',
  'way out: record that the old job is lost': 'of PLAN_OTHER_JOB: test/plan/decisions/decisions.test.ts',
  'code PLAN_FORMERLY': 'a former name whose spec is there: test/plan/situations/new.test.ts',
  'way out: remove metadata.formerly to create another job, or remove the spec of …':
    'of PLAN_FORMERLY: test/plan/situations/new.test.ts',
  'way out: fix that, then': 'of baseline where there is no state: test/plan/bounds/guards.test.ts',
  'way out: if it is this spec’s': 'policy.adopt where AWS tells no definition: test/plan/situations/new.test.ts',
  'way out: make AWS reachable there (a target, credentials), or restore its spec without policy.onRemove':
    'a target that is gone: test/plan/situations/removed-spec.test.ts',
  'way out: or write the MD5 of … into the spec, which pins its content: …':
    'a file of an upload that is not committed: test/plan/questions/uncommitted.test.ts',
  'way out: name another job, or write the spec as the job is':
    'a person names a job that does something else, about once in a thousand worlds: test/plan/decisions/decisions.test.ts',
  'way out: check the ID of the project in the spec, and its target: there is none of that ID in this account and region':
    'what jobs are listed within is not there: test/plan/situations/new.test.ts',
  'way out: AWS reports the same of each but its …: the recorded outcome is the same whichever you adopt':
    'several finished jobs alike of which one may be ours, about once in a thousand worlds: test/plan/situations/unknown.test.ts',
  'way out: end the unwanted job in AWS':
    'a second job that a person calls foreign, about once in a thousand worlds: test/plan/decisions/decisions.test.ts',
  'way out: name the job with --id': 'an ID of our own choice that no job has: test/plan/decisions/decisions.test.ts',
}

/** Counts the worlds with workers. */
export const WITH_WORKERS = 'world with workers'

/** What a queue and workers do. At least one in a thousand worlds with workers must show each. */
const OF_WORKERS = [
  'answer forged',
  'answer late',
  'answer lost',
  'answer of an older attempt',
  'answer refused: forged',
  'answer refused: late, or not the first',
  'answer repeated',
  'no worker served a lane',
  'queue gave no answer to a planner',
  'task carried out: done',
  'task carried out: not-done',
  'task carried out: unknown',
  'task forged',
  'task late',
  'task lost',
  'task moved to another queue',
  'task of an older attempt',
  'task refused: clock',
  'task refused: expired',
  'task refused: forged',
  'task refused: misplaced',
  'task refused: repeated',
  'task refused: unreachable',
  'task repeated',
  'task replayed from an old log',
  'worker killed',
  'worker stalled between its check and its call',
  'worker told to stop',
]

/** A remedy in the planner's source, and a pattern for its printed texts. */
type Pattern = { readonly text: string; readonly fits: RegExp }

let known: { readonly names: readonly string[]; readonly remedies: readonly Pattern[] } | undefined

/** Reads what the planner can say: actions, codes and remedies. */
function readPlanner(): NonNullable<typeof known> {
  if (known) return known
  const text = fs
    .readdirSync(PLANNER, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
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

/** Printed texts and their remedies in the source. Many worlds print the same texts. */
const found = new Map<string, string | undefined>()
const FOUND_MOST = 10_000

function findRemedy(text: string): string | undefined {
  if (found.has(text)) return found.get(text)
  if (found.size > FOUND_MOST) found.clear()
  const remedy = readPlanner().remedies.find(({ fits }) => fits.test(text))?.text
  found.set(text, remedy)
  return remedy
}

/** Counts what a world's plans say: actions, codes, refusals and remedies. */
export function countPlan(plan: Plan, count: (what: string) => void): void {
  const remedy = ({ text }: { readonly text: string }): void => {
    const known = findRemedy(text)
    if (known !== undefined) count(`way out: ${known}`)
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

/** True for a count of a situation, which counts once in a world. */
export function isSituation(what: string): boolean {
  return /^(action|code|way out:) /.test(what)
}

/** How often each situation occurred in a thousand worlds, and which are missing without a reason. */
export function coverageOf(
  counts: ReadonlyMap<string, number>,
  worlds: number,
): { readonly lines: readonly string[]; readonly missing: readonly string[] } {
  const { names } = readPlanner()
  const rate = (name: string, among = worlds): number => ((counts.get(name) ?? 0) * WORLDS) / among
  const missing = names.filter((name) => rate(name) < 1 && NOT_HERE[name] === undefined)
  const withWorkers = counts.get(WITH_WORKERS) ?? 0
  if (withWorkers > 0) missing.push(...OF_WORKERS.filter((name) => rate(name, withWorkers) < 1))
  const lines = names.map((name) => {
    const reason = rate(name) < 1 && NOT_HERE[name] !== undefined ? `  not here: ${NOT_HERE[name]}` : ''
    return `${rate(name).toFixed(1).padStart(7)} ${name}${reason}`
  })
  return { lines, missing }
}

function patternOf(text: string): Pattern {
  // A nested template text is not read here.
  const parts = text.split(/\$\{[^}]*\}/).map((part) => part.replaceAll(/[.*+?^$()|[\]\\{}]/g, '\\$&'))
  return { text: text.replaceAll(/\$\{[^}]*\}/g, '…'), fits: new RegExp(`^${parts.join('.*')}$`, 's') }
}
