import { type ArnParts, parseArn } from '../../model/arn.ts'
import type { Config, Target } from '../../model/config.ts'
import { expandPointer, getValue, isWithin, type JsonObject, type Pointer } from '../../model/json.ts'
import type { ArnPart, KindModel } from '../../model/kind.ts'
import { findPartition } from '../../model/partition.ts'
import { advise } from '../../model/remedy.ts'
import { resolveTargetName } from '../../model/target-name.ts'
import type { Draft } from '../draft.ts'
import { list, shorten } from '../hints/words.ts'
import type { Fault } from './fault.ts'

/** Where a job will be created, as far as it is known, and which setting determines it. */
type Place = { readonly [part in ArnPart]?: { readonly is: string; readonly by: string } }

/**
 * Reports ARNs of a partition, region or account other than the job's, and a target without the service. Where the
 * target leaves a part open, the first ARN of the request decides it.
 */
export function checkPlaces(draft: Draft, config: Config | undefined): Fault[] {
  const { spec, policy, request, model, diagnostics } = draft
  if (!policy || !request || !model) return []
  // The invalid policy member may be the target's name.
  if (!spec && diagnostics.some(({ pointer }) => pointer !== undefined && isWithin(pointer, '/policy'))) return []
  const name = resolveTargetName(policy.target, config)
  const target = name === undefined ? undefined : config?.targets[name]
  const place = name === undefined || !target ? {} : getPlace(name, target, model)
  return [
    ...(target && name !== undefined ? checkService(name, target, draft, model) : []),
    ...checkArns(request, place, model),
  ]
}

function getPlace(name: string, target: Target, model: KindModel): Place {
  const by = `target ${name}`
  // An endpoint that replaces AWS may be in any region.
  const region = model.api.regionless || target.endpoint !== undefined ? undefined : target.region
  const account = target.account ?? parseArn(target.roleArn ?? '')?.account
  return {
    region: region === undefined ? undefined : { is: region, by },
    partition: region === undefined ? undefined : { is: findPartition(region), by },
    account: account === undefined ? undefined : { is: account, by },
  }
}

function checkService(name: string, { region, endpoint }: Target, { policy }: Draft, model: KindModel): Fault[] {
  const partition = findPartition(region)
  const isThere = model.api.regions?.includes(region) ?? true
  const isPossible = model.api.partitions.includes(partition)
  if (model.api.regionless || endpoint !== undefined || (isPossible && isThere)) return []
  const partitions = model.api.partitions.map((one) => `partition ${one}`)
  const regions = model.api.regions?.filter((one) => findPartition(one) === partition) ?? []
  return [
    {
      // AWS may have added a region, but a service does not move to another partition.
      severity: isPossible ? 'warning' : 'error',
      code: 'SPEC_NO_SERVICE',
      pointer: policy?.target === undefined ? '/kind' : '/policy/target',
      aim: 'value',
      message: isPossible
        ? `no endpoint of ${model.title} is known in ${region}, where target ${name} is`
        : `${model.title} is not in partition ${partition}, where target ${name} (${region}) is`,
      remedies: [
        isPossible ? advise(`it is known in ${list(regions)}`) : advise(`choose a target in ${list(partitions, 'or')}`),
      ],
    },
  ]
}

function checkArns(request: JsonObject, known: Place, model: KindModel): Fault[] {
  const faults: Fault[] = []
  let place = known
  for (const { member, agrees } of model.request.arns) {
    for (const pointer of expandPointer(request, member)) {
      const arn = getValue(request, pointer)
      const parts = typeof arn === 'string' ? parseArn(arn) : undefined
      if (!parts) continue
      const wrong = agrees.find(
        (part) => parts[part] !== '' && place[part] !== undefined && parts[part] !== place[part].is,
      )
      if (wrong !== undefined) faults.push(createFault(pointer, wrong, parts[wrong], place[wrong]!))
      else {
        const unknown = agrees.filter((part) => place[part] === undefined)
        place = { ...place, ...readPlace(parts, unknown, pointer) }
      }
    }
  }
  return faults
}

/** Reads the parts of an ARN that the job's place must share. */
function readPlace(parts: ArnParts, agrees: readonly ArnPart[], pointer: Pointer): Place {
  const by = pointer.slice(1).replaceAll('/', '.')
  return Object.fromEntries(agrees.filter((part) => parts[part] !== '').map((part) => [part, { is: parts[part], by }]))
}

function createFault(pointer: Pointer, part: ArnPart, found: string, due: { is: string; by: string }): Fault {
  return {
    code: 'SPEC_ARN_ELSEWHERE',
    pointer: `/spec${pointer}`,
    aim: 'value',
    message: `the ARN is of ${part} ${shorten(found)}, but ${due.by} is of ${part} ${shorten(due.is)}`,
    remedies: [
      due.by.startsWith('target ')
        ? advise(
            `name one of ${part} ${shorten(due.is)}, or set policy.target to a target of ${part} ${shorten(found)}`,
          )
        : advise(`all of them have to be of one ${part}: that in which the job is made`),
    ],
  }
}
