import t from 'tap'
import { MODELS } from '../../src/kinds/index.ts'
import type { KindModel } from '../../src/model/kind.ts'
import { explainRepeatable, OPERATIONS } from '../../src/workers/operations.ts'

/** What may leave the planner, for each kind. Every other call is its own. */
const DELEGATED: Readonly<Record<string, readonly string[]>> = {
  IotJob: ['create'],
  MediaPackageHarvestJob: ['create'],
  DataExchangeJob: ['create', 'start'],
  PinpointExportJob: [],
  ImportExportJob: [],
}

t.test('only operations that are safe to run twice leave the planner, and each says why', async (t) => {
  for (const model of MODELS) {
    const delegated = OPERATIONS.filter((operation) => explainRepeatable(model, operation) !== undefined)
    t.same(delegated, DELEGATED[model.kind], model.kind)
    for (const operation of delegated) t.match(explainRepeatable(model, operation), /\w+ \w+/)
  }
})

t.test('a create that is found by a match, or by a token, never leaves the planner', async (t) => {
  const of = (recovery: KindModel['identity']['recovery'], idMember?: string) => {
    const [model] = MODELS
    return explainRepeatable({ ...model!, identity: { ...model!.identity, recovery, idMember } }, 'create')
  }
  for (const idMember of [undefined, 'Id']) {
    t.equal(of({ is: 'match', marker: (_request, marker) => marker }, idMember), undefined)
    t.equal(of({ is: 'token', ttlMs: 60_000 }, idMember), undefined)
  }
  t.type(of({ is: 'id' }, 'Id'), 'string')
})

t.test(
  'a start of an ID that a caller chose never leaves the planner: another job may have that ID by then',
  async (t) => {
    const [model] = MODELS.filter(({ api }) => api.operations.start !== undefined)
    t.type(explainRepeatable(model!, 'start'), 'string')
    t.equal(explainRepeatable({ ...model!, identity: { ...model!.identity, idMember: 'Id' } }, 'start'), undefined)
  },
)
