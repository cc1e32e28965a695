import { type Address, parseAddress } from '../../model/address.ts'
import { getValue, isWithin, type JsonObject } from '../../model/json.ts'
import type { KindModel } from '../../model/kind.ts'
import { advise } from '../../model/remedy.ts'
import type { Schedule } from '../../model/schedule.ts'
import type { Spec } from '../../model/spec.ts'
import { listNext } from '../../schedule/instants.ts'
import { listFaults, listForms, renderRequest, TEXT_NAMES } from '../../schedule/template.ts'
import { suggestClosest } from '../hints/suggest.ts'
import type { Fault } from './fault.ts'

const KNOWN = advise(`the names are ${TEXT_NAMES.map((name) => `{${name}}`).join(', ')}`)
const TIME = advise('write { $time: { from: occurrence, offset: -PT2H } }; without an offset it is the time of the run')

/** Reports `$text` and `$time` that cannot be filled in. Pointers start at the request. */
export function checkTemplate(request: JsonObject, model: KindModel, isScheduled: boolean): Fault[] {
  const { documents, secrets } = model.request
  const forms = listForms(request, '')
  if (!isScheduled)
    // Without a schedule, free documents are not interpreted.
    return forms
      .filter(({ pointer }) => !documents.some((document) => isWithin(pointer, document) && pointer !== document))
      .map(({ pointer, word }) => ({
        code: 'SPEC_PER_RUN',
        pointer,
        aim: 'value',
        message: `${word} changes from run to run, and this job has no schedule`,
        remedies: [advise('write the text itself, or give the job a policy.schedule')],
      }))
  const mappings = new Set(secrets.map((secret) => secret.slice(0, secret.lastIndexOf('/'))))
  const whole = forms.filter(({ pointer }) => mappings.has(pointer) && pointer !== '')
  const secret = forms.filter(({ pointer }) => secrets.some((one) => isWithin(pointer, one)))
  return [
    ...listFaults(request, '').map(
      ({ pointer, message, unknown }): Fault => ({
        code: 'SPEC_PER_RUN',
        pointer,
        aim: 'value',
        message,
        remedies: pointer.endsWith('$text')
          ? [...(unknown === undefined ? [] : suggestClosest(unknown, TEXT_NAMES)), KNOWN]
          : [TIME],
      }),
    ),
    ...[...whole, ...secret].map(
      ({ pointer }): Fault => ({
        code: 'SPEC_PER_RUN',
        pointer,
        aim: 'value',
        message: `${pointer.slice(pointer.lastIndexOf('/') + 1)} may hold secrets, and cannot be a form`,
        remedies: [advise('write a mapping, and use $text in its members that are no secrets')],
      }),
    ),
  ]
}

/** Returns the request as the first run sends it. A schedule with faults, whose runs are unknown, has an example. */
export function renderFirst(
  request: JsonObject,
  model: KindModel,
  address: Address | undefined,
  schedule: Schedule | undefined,
): JsonObject {
  const [instant = 0] = schedule === undefined ? [] : listNext(schedule, Number.NEGATIVE_INFINITY, 1)
  const name = address === undefined ? 'name' : parseAddress(address).name
  return renderRequest(request, { name, instant, schedule: schedule ?? {}, writeTime: model.request.writeTime })
}

/** Reports that every run of a schedule would write to the same place. Pointers start at the document. */
export function checkRepeatedPlace({ name, policy, template }: Spec, model: KindModel): Fault[] {
  const { schedule, allowIdentical } = policy
  const { unique } = model.identity
  if (schedule === undefined || template === undefined || unique === undefined || allowIdentical) return []
  const [first, second] = listNext(schedule, Number.NEGATIVE_INFINITY, 2)
  if (first === undefined || second === undefined) return []
  const [one, other] = [first, second].map((instant) =>
    unique.key(renderRequest(template, { name, instant, schedule, writeTime: model.request.writeTime })),
  )
  if (one === undefined || one !== other) return []
  const member = unique.member.slice(unique.member.lastIndexOf('/') + 1)
  const written = getValue(template, unique.member)
  const example = typeof written === 'string' ? written.replace(/(\.\w+)?$/, '-{run}$1') : '{run}'
  return [
    {
      severity: unique.severity,
      code: 'SPEC_SHARED',
      pointer: `/spec${unique.member}`,
      aim: 'value',
      message: `${member} is the same in every run: ${unique.consequence}`,
      remedies: [
        advise(`let it change from run to run, for example ${member}: { $text: ${JSON.stringify(example)} }`),
        advise('or set policy.allowIdentical: true'),
      ],
    },
  ]
}
