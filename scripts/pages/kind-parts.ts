import fs from 'node:fs'
import path from 'node:path'
import type { Condition } from '../../src/model/condition.ts'
import { DEFAULT_WAITS } from '../../src/model/create-protocol.ts'
import { findDifferences } from '../../src/model/difference.ts'
import type { JsonObject } from '../../src/model/json.ts'
import type { KindModel } from '../../src/model/kind.ts'
import type { Live } from '../../src/model/live.ts'
import { type Parts, table } from './markers.ts'
import { policyText } from './policy.ts'
import { memberTable, type Schema, schemaNamed } from './schema-table.ts'

const EXAMPLES = path.join(import.meta.dirname, '../../specs')

/** Generates the parts of a kind's page from its schema and model. */
export function kindParts(model: KindModel): Parts {
  const file = `${model.kind}.schema.json`
  const schema = schemaNamed(file)
  return {
    facts: facts(model),
    example: `\`\`\`yaml\n${exampleOf(model.kind)}\n\`\`\``,
    fields: memberTable(schema, file),
    states: states(model),
    changes: changes(model, schema),
    limits: limits(model, schema),
    recovery: recovery(model),
    policies: policies(model),
  }
}

function facts(model: KindModel): string {
  const {
    kind,
    identity: { idMember },
    lifecycle: { retentionDays },
    request: { secrets },
    api: { partitions, regions },
  } = model
  const rows: string[][] = [
    ['API', model.title],
    ['schema', `[${kind}.schema.json](../../schemas/${kind}.schema.json)`],
    [
      'job ID',
      idMember ? `yours: \`spec.${idMember}\`, or the name of the spec (from run 2 on \`NAME-rN\`)` : 'chosen by AWS',
    ],
    ['steps to run a job', model.lifecycle.steps.join(', then ')],
    ['partitions', partitions.map((one) => `\`${one}\``).join(', ')],
    [
      'regions',
      model.api.regionless ? 'one for the whole account' : (regions?.map((one) => `\`${one}\``).join(', ') ?? 'all'),
    ],
    ['AWS keeps a job', retentionDays === undefined ? 'for an undocumented time' : `for ${retentionDays} days`],
  ]
  if (model.retired) rows.unshift(['**retired**', `${model.retired}.`])
  if (secrets.length > 0)
    rows.push(['secrets, as `{ $env: NAME }`', secrets.map((one) => `\`spec${one.replaceAll('/', '.')}\``).join(', ')])
  return table(['', ''], rows)
}

/** The first document of this kind in the packaged examples. */
function exampleOf(kind: string): string {
  for (const name of fs.readdirSync(EXAMPLES).sort()) {
    const documents = fs.readFileSync(path.join(EXAMPLES, name), 'utf8').split(/^---$/m)
    // Skip a spec with dependencies: it makes a poor example on its own.
    const found = documents.find((text) => text.includes(`\nkind: ${kind}\n`) && !text.includes('\n  dependsOn:'))
    if (found) return `# specs/${name}\n${found.replace(/^# yaml-language-server:.*\n(#.*\n)*\n?/, '').trim()}`
  }
  throw new Error(`no example of ${kind}`)
}

const FAILURES = ', with failures'

/** Observations besides the status that change a job's condition. */
const LOOKS: readonly (readonly [string, Partial<Live>])[] = [
  ['', {}],
  [FAILURES, { counts: { succeeded: 1, failed: 1, failures: 1, errors: 1 } }],
  [', rolled out', { steady: true }],
]

function states({ lifecycle: { statuses, condition } }: KindModel): string {
  const rows: string[][] = []
  for (const status of [...statuses, 'any other']) {
    const seen = new Set<string>()
    for (const [look, more] of LOOKS) {
      const found = condition({ id: 'x', status, ...more }, { maxFailedPercent: 0 })
      const key = `${found.type} ${found.reason ?? ''}`
      if (seen.has(key)) continue
      seen.add(key)
      const isAllowed =
        look === FAILURES && condition({ id: 'x', status, ...more }, { maxFailedPercent: 100 }).type !== found.type
      const what = isAllowed ? ', with more failures than `policy.success` allows' : look
      rows.push([`${status === 'any other' ? status : `\`${status}\``}${what}`, `\`${found.type}\``, reasonOf(found)])
    }
  }
  return table(["AWS's status", 'condition', 'reason'], rows)
}

function reasonOf({ reason }: Condition): string {
  return reason === undefined ? '' : `\`${reason}\``
}

/** Two sample values for members with special update rules. */
const SAMPLES: Readonly<Record<string, readonly [JsonObject, JsonObject]>> = {
  targets: [
    { targetSelection: 'CONTINUOUS', targets: ['arn:aws:iot:eu-west-1:123456789012:thinggroup/a'] },
    {
      targetSelection: 'CONTINUOUS',
      targets: ['arn:aws:iot:eu-west-1:123456789012:thinggroup/a', 'arn:aws:iot:eu-west-1:123456789012:thinggroup/b'],
    },
  ],
  tags: [{ tags: [{ Key: 'a', Value: '1' }] }, { tags: [{ Key: 'b', Value: '1' }] }],
}

function changes(model: KindModel, schema: Schema): string {
  const {
    lifecycle: { updating },
    identity: { idMember },
  } = model
  const cancel = cancellation(model)
  if (!updating)
    return `AWS cannot update a job of this kind. An edit of a submitted spec gives [PLAN_IMMUTABLE](../errors/PLAN_IMMUTABLE.md).\n\n${cancel}`
  const members = Object.keys(schema['properties'] as object).filter((member) => member !== idMember)
  const rows = members.flatMap((member) => {
    const [before, after] = SAMPLES[member] ?? [sample(schema, member, 'a'), sample(schema, member, 'b')]
    const changed = findDifferences(model.request.normalise(before), model.request.normalise(after))
    if (changed.length === 0) return [[`\`${member}\``, 'not compared']]
    const way = updating(before, after, changed, { type: 'InProgress' })
    const pending = updating(before, after, changed, { type: 'Pending' })
    if ('by' in way) return [[`\`${member}\``, `${named(way.by)}${way.warning ? `; ${way.warning}` : ''}`]]
    if ('by' in pending)
      return [
        [`\`${member}\``, `${named(pending.by)}, until the job begins${pending.warning ? `; ${pending.warning}` : ''}`],
      ]
    return [[`\`${member}\``, `no: ${way.refused}`]]
  })
  return `${table(['member', 'update of an unfinished job'], rows)}\n\n${cancel}`
}

function sample(schema: Schema, member: string, text: string): JsonObject {
  const { type } = (schema['properties'] as Record<string, Schema>)[member] ?? {}
  return { [member]: type === 'object' ? { description: text } : text }
}

function named(operations: readonly string[]): string {
  return operations.map((one) => `\`${one}\``).join(', ')
}

function cancellation({ lifecycle: { cancelling } }: KindModel): string {
  if (!cancelling) return 'AWS cannot cancel a job of this kind.'
  const { operation, refusal } = cancelling
  const refused =
    refusal({ stage: 'started', condition: { type: 'InProgress' } }) ??
    refusal({ stage: 'started', condition: { type: 'Pending' } })
  return `\`jobwright cancel\` and \`policy.onRemove: cancel\` call \`${operation}\`${refused ? `: ${refused}` : ', if the job has not ended'}.`
}

function limits(model: KindModel, schema: Schema): string {
  const { '*': others, ...named } = model.limits.lanes
  // The row of all other calls comes last.
  const inOrder = Object.entries({ ...named, ...(others && { '*': others }) })
  const rows = inOrder.map(([operation, { perSecond, perDay }]) => [
    operation === '*' ? 'any other call' : `\`${operation}\``,
    `${perSecond} per second`,
    perDay === undefined ? '' : `${perDay} per UTC day`,
  ])
  const types = ((schema['properties'] as Record<string, Schema>)['Type']?.['enum'] as string[] | undefined) ?? ['']
  const slots = types.flatMap((type) => {
    const slot = model.limits.slot({ Type: type })
    return slot ? [[`\`${slot.key}\``, String(slot.max), `\`${slot.step}\``]] : []
  })
  const lanes = table(
    ['call', 'rate limit', 'daily limit'],
    rows.length === 1 ? [['each call', ...(rows[0]?.slice(1) ?? [])]] : rows,
  )
  const running =
    slots.length === 0
      ? 'Jobwright does not limit how many of these jobs run at once. AWS may: if its limit is reached, the create fails with [AWS_QUOTA](../errors/AWS_QUOTA.md).'
      : table(['running at once', 'at most', 'step that waits for a free slot'], slots)
  return `${lanes}\n\n${running}`
}

function recovery(model: KindModel): string {
  const { leaseMs, signatureMs, requestMs, listLagMs, graceMs } = DEFAULT_WAITS
  const seconds = (ms: number): string =>
    ms % 60_000 || ms === 60_000 ? `${ms / 1000} seconds` : `${ms / 60_000} minutes`
  const list = `\`${model.api.operations.list}\``
  switch (model.identity.recovery.is) {
    case 'id':
    case 'token':
      return `The ID comes from the spec, so Jobwright calls \`${model.api.operations.describe}\`. If the job exists, and [evidence](../concepts.md#ownership) shows that the create with the lost response made it, Jobwright adopts the job. Without that evidence, it reports a conflict. If it finds no job, it waits for the end of the [lease](../concepts.md#words), ${seconds(leaseMs)}. Then, if two reads ${seconds(graceMs)} apart find no job, it sends the create again under the same ID. ${describeRefusal(model)}`
    case 'inert':
      return `A job does nothing until it is started. So a create whose response was lost has started nothing. Jobwright reads the list with ${list}. Among the jobs created since the [intent](../concepts.md#words), it looks for one with an identical request, and adopts it. If several match, the plan shows \`unresolved\`: see [recovery](../recovery.md#unresolved). If two reads ${seconds(listLagMs)} apart find none, Jobwright sends the create again.`
    case 'match':
      return `The job starts at once, so a duplicate is never harmless. Jobwright searches ${list} for a job with the request's [identifying member](../concepts.md#words). It waits ${seconds(leaseMs + signatureMs + requestMs + listLagMs)}, until the first request can no longer take effect. Then, if two reads ${seconds(listLagMs)} apart find no such job, it sends the create again.\n\nThe waiting time has four parts. The [lease](../concepts.md#words) lasts ${seconds(leaseMs)}, and the signature of the request ${seconds(signatureMs)}. The response may take ${seconds(requestMs)}, and the list may lag by ${seconds(listLagMs)}. If several jobs match, the plan shows \`unresolved\`: see [recovery](../recovery.md#unresolved).`
  }
}

/** What AWS does with a second create of the same ID. MediaPackage documents no error for it. */
function describeRefusal({ kind }: KindModel): string {
  return kind === 'MediaPackageHarvestJob'
    ? 'Jobwright [assumes](../assumptions.md#harvest-duplicate) that AWS rejects a duplicate.'
    : 'AWS rejects a duplicate.'
}

function policies(model: KindModel): string {
  const { plan, reconcile } = model.permissions
  return [
    'To plan, and to monitor jobs:',
    `\`\`\`json\n${policyText(model, plan)}\n\`\`\``,
    'To reconcile:',
    `\`\`\`json\n${policyText(model, [...plan, ...reconcile])}\n\`\`\``,
  ].join('\n\n')
}
