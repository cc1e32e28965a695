import t from 'tap'
import type { ApprovedPlan } from '../../src/model/approved-plan.ts'
import { formatPlanFile, isPlanFile, parsePlanFile } from '../../src/state/plan-file.ts'

const action = (name: string) =>
  ({ address: `IotJob/${name}`, action: 'create', run: 1, id: name, request: `sha256:${'a'.repeat(64)}` }) as const
const plan: ApprovedPlan = {
  apiVersion: 'jobwright/v1',
  kind: 'Plan',
  version: 1,
  writtenBy: '0.1.0',
  lineage: 'kiosk-fleet',
  serial: 4,
  project: '.',
  commit: 'c'.repeat(40),
  actions: [action('b'), action('a')],
}

/** What reading a text throws. */
function problemOf(text: string): unknown {
  try {
    return parsePlanFile(text, 'plan.json')
  } catch (error) {
    return error
  }
}

t.test('a plan file is read as it was written, one action a line, by address', async (t) => {
  const text = formatPlanFile(plan)
  t.strictSame(parsePlanFile(text, 'plan.json'), { ...plan, actions: [action('a'), action('b')] })
  t.equal(text.split('\n').filter((line) => line.includes('"address"')).length, 2)
  t.equal(formatPlanFile({ ...plan, actions: [...plan.actions].reverse() }), text)
  t.strictSame(parsePlanFile(formatPlanFile({ ...plan, actions: [] }), 'plan.json').actions, [])
  t.strictSame(parsePlanFile(JSON.stringify(JSON.parse(text)), 'p').actions.length, 2, 'spaces do not matter')
  t.ok(isPlanFile(text))
  t.ok(isPlanFile(text.slice(0, 60)), 'a torn one may be replaced')
  t.ok(isPlanFile(''), 'and an empty one')
  t.notOk(isPlanFile('{"apiVersion":"jobwright/v1","kind":"IotJob"}'))
})

t.test('a file that no plan --out wrote is a problem with a way out', async (t) => {
  const text = formatPlanFile(plan)
  const cases: [string, string, string][] = [
    ['torn', text.slice(0, -10), 'PLAN_FILE_UNREADABLE'],
    ['empty', '', 'PLAN_FILE_UNREADABLE'],
    ['no mapping', '[1]', 'PLAN_FILE_UNREADABLE'],
    ['another document', '{}', 'PLAN_FILE_UNREADABLE'],
    ['without a checksum', text.replace(/,\n +"checksum".*/, ''), 'PLAN_FILE_UNREADABLE'],
    ['one action more', text.replace('IotJob/a', 'IotJob/x'), 'PLAN_FILE_UNREADABLE'],
    ['another state', text.replace('kiosk-fleet', 'lamp-fleet'), 'PLAN_FILE_UNREADABLE'],
    ['a member with another type', text.replace('"run":1', '"run":"1"'), 'PLAN_FILE_UNREADABLE'],
    ['a newer version', text.replace('"version": 1', '"version": 2'), 'PLAN_FILE_VERSION'],
    ['a member of prototypes', text.replace('"serial"', '"__proto__"'), 'PLAN_FILE_UNREADABLE'],
  ]
  for (const [name, given, code] of cases) {
    // `plan --out` does not replace what is no plan file.
    const out = ['no mapping', 'another document'].includes(name) ? 'plan.json.plan.json' : 'plan.json'
    t.match(
      problemOf(given),
      { exitCode: 8, diagnostic: { code, remedies: [{ command: ['jobwright', 'plan', '--out', out] }] } },
      name,
    )
  }
})
