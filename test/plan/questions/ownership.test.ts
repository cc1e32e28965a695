import t from 'tap'
import { getModel } from '../../../src/kinds/index.ts'
import type { Planned } from '../../../src/model/plan.ts'
import { emptyState } from '../../../src/model/state.ts'
import {
  computeHorizon,
  createOwnership,
  createStandIn,
  getClaim,
  getOwnerKey,
  indexClaims,
  isForeign,
  planWithoutSpec,
} from '../../../src/plan/questions/ownership.ts'
import { check, OTHER_SITE, planOf, REQUESTS, recordOf, SITE, specOf, unknownOf, world } from '../world.ts'

const REBOOT = 'IotJob/kiosk-reboot'
const ARCHIVE = 'ImportExportJob/archive'
const IOT = getModel('IotJob')

t.test('a job is owned at its site, and without regions in its account', async (t) => {
  t.equal(getOwnerKey(IOT, SITE, 'kiosk-reboot'), 'IotJob aws/123456789012/eu-west-1 kiosk-reboot')
  // The state keeps these texts.
  t.equal(getOwnerKey(getModel('ImportExportJob'), SITE, 'JOB7'), 'ImportExportJob aws/123456789012/* JOB7')
  t.equal(getOwnerKey(getModel('ImportExportJob'), OTHER_SITE, 'JOB7'), 'ImportExportJob aws/123456789012/* JOB7')
})

t.test('records claim the jobs that they have and had, and unknown creates only ask', async (t) => {
  const history = [{ run: 1, id: 'kiosk-old', site: OTHER_SITE }, { run: 2, id: 'kiosk-last' }, { run: 3 }]
  const { claims, owners } = createOwnership({ [REBOOT]: unknownOf(REBOOT, {}, { history }) }, getModel)
  for (const had of [getOwnerKey(IOT, OTHER_SITE, 'kiosk-old'), getOwnerKey(IOT, SITE, 'kiosk-last')]) {
    t.equal(claims.get(had), REBOOT)
    t.equal(owners.get(had), REBOOT)
  }
  const asked = getOwnerKey(IOT, SITE, 'kiosk-reboot')
  t.notOk(claims.has(asked))
  t.equal(owners.get(asked), REBOOT)
  t.notOk(owners.has(getOwnerKey(IOT, OTHER_SITE, 'kiosk-reboot')))
  t.equal(createOwnership({ [REBOOT]: recordOf(REBOOT) }, getModel).claims.get(asked), REBOOT)
})

t.test('a state that is missing owns nothing, calls nothing foreign, and knows no beginning', async (t) => {
  t.equal(indexClaims({ state: undefined, modelOf: getModel })('IotJob', SITE, 'kiosk-reboot'), false)
  t.equal(isForeign({ state: undefined }, 'x'), false)
  t.equal(computeHorizon(undefined), '2006-01-01T00:00:00Z')
  t.equal(computeHorizon(emptyState('kiosk-fleet')), '2006-01-01T00:00:00Z')
  t.equal(
    computeHorizon(emptyState('kiosk-fleet', '2026-11-01T00:15:00Z')),
    '2026-11-01T00:00:00Z',
    'by the widest clock',
  )
})

t.test('a line claims the ID that it creates or the job that it adopts', async (t) => {
  const create = { address: REBOOT, spec: specOf(REBOOT), action: 'create', site: SITE, id: 'kiosk-reboot' }
  const claim = (planned: object) => getClaim(planned as Planned, getModel)
  t.equal(claim(create), getOwnerKey(IOT, SITE, 'kiosk-reboot'))
  t.equal(claim({ ...create, site: undefined }), undefined)
  t.equal(claim({ ...create, address: ARCHIVE }), undefined, 'AWS names it')
  t.equal(claim({ address: REBOOT, action: 'adopt', next: recordOf(REBOOT) }), getOwnerKey(IOT, SITE, 'kiosk-reboot'))
  t.equal(claim({ address: REBOOT, action: 'adopt', next: recordOf(REBOOT, { id: undefined }) }), undefined)
  t.equal(claim({ address: REBOOT, action: 'keep', next: recordOf(REBOOT) }), undefined)
})

t.test('a record without a spec is planned by its own request, held, and never as another job', async (t) => {
  const record = recordOf(REBOOT, { run: 4 })
  const standIn = createStandIn(REBOOT, record)
  t.strictSame(standIn, {
    address: REBOOT,
    kind: 'IotJob',
    name: 'kiosk-reboot',
    labels: {},
    policy: { run: 4, hold: true, adopt: false, allowIdentical: true, maxFailedPercent: 0 },
    request: REQUESTS['IotJob'],
    files: [],
    place: { file: '', line: 1, column: 1, endLine: 1, endColumn: 1 },
    index: 0,
  })
  const planned = planWithoutSpec(REBOOT, record, (spec) => ({ address: REBOOT, spec, action: 'keep', reason: 'done' }))
  t.equal(planned.spec, undefined)
  t.equal(planned.reason, 'done')
})

t.test('policy.adopt takes no job that carries the mark of another state', async (t) => {
  const adopt = (mark: string) =>
    world()
      .spec(REBOOT, { policy: { adopt: true } })
      .live(REBOOT, { mark })
  const theirs = adopt(`other-fleet ${REBOOT}:1.1`)
  check(t, theirs, `conflict ${REBOOT}: AWS IoT job kiosk-reboot carries the mark of another state`)
  t.equal(planOf(theirs.input()).actions[0]?.code, 'PLAN_OWNED_ELSEWHERE')
  check(t, adopt('kept by Ann'), `adopt ${REBOOT}: policy.adopt is true and the job fits the spec`)
})
