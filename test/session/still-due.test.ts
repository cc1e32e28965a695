import t from 'tap'
import { MODELS } from '../../src/kinds/index.ts'
import { load } from '../../src/load/load.ts'
import { emptyState, type JobRecord, type State } from '../../src/model/state.ts'
import { listStillDue } from '../../src/session/still-due.ts'
import { recordOf } from '../plan/world.ts'

const ADDRESS = 'DataExchangeJob/prices'
const PRICES = `apiVersion: jobwright/v1
kind: DataExchangeJob
metadata: { name: prices }
policy: { run: 2, upload: prices.csv, dependsOn: [ IotJob/pumps-ready ] }
spec:
  Type: IMPORT_ASSET_FROM_SIGNED_URL
  Details: { ImportAssetFromSignedUrl: { AssetName: a, DataSetId: ${'a'.repeat(32)}, RevisionId: ${'b'.repeat(32)} } }
`

t.test('a created job has no warnings about what only its create needed', async (t) => {
  const loaded = await load({ root: t.testdir({ specs: { 'a.yaml': PRICES } }), kinds: MODELS })
  const cases: [what: string, record: Partial<JobRecord> | undefined, expected: string[]][] = [
    ['no record', undefined, ['SPEC_FILE', 'SPEC_UNKNOWN_DEPENDENCY']],
    ['an earlier run', { run: 1 }, ['SPEC_FILE', 'SPEC_UNKNOWN_DEPENDENCY']],
    ['a create in doubt', { stage: 'settling' }, ['SPEC_FILE', 'SPEC_UNKNOWN_DEPENDENCY']],
    ['waits for its file', { stage: 'created' }, ['SPEC_FILE']],
    ['has its file', { stage: 'created', uploaded: 'x' }, []],
    ['cancelled before its file was uploaded', { stage: 'created', condition: { type: 'Cancelled' } }, []],
    ['runs', {}, []],
  ]
  for (const [what, facts, expected] of cases) {
    const records: State['records'] = facts ? { [ADDRESS]: recordOf(ADDRESS, { run: 2, ...facts }) } : {}
    const state = { ...emptyState('pumps'), records }
    t.strictSame(
      listStillDue(loaded, state)
        .map(({ code }) => code)
        .sort(),
      expected,
      what,
    )
  }
  t.equal(listStillDue(loaded, undefined).length, 2, 'no state')
})

t.test('an error is reported even if a record exists', async (t) => {
  const root = t.testdir({ specs: { 'a.yaml': PRICES.replace('IotJob/', 'IoTJob/') } })
  const loaded = await load({ root, kinds: MODELS })
  const state = { ...emptyState('pumps'), records: { [ADDRESS]: recordOf(ADDRESS, { run: 2 }) } }
  t.strictSame(
    listStillDue(loaded, state).map(({ code }) => code),
    ['SPEC_UNKNOWN_DEPENDENCY'],
  )
})
