import { findDomain, findPartition as partitionNameOf } from '../model/partition.ts'
import { Problem } from '../model/problem.ts'
import { advise } from '../model/remedy.ts'
import { ENVIRONMENT_TARGET, resolveTargetName } from '../model/target-name.ts'

/** What jobwright.yaml says of one target. */
export type TargetConfig = {
  readonly region?: string
  readonly profile?: string
  readonly roleArn?: string
  /** The account that this target has to be: another one is refused. */
  readonly account?: string
  readonly endpoint?: string
}

/** A named account, region and role, settled. */
export type Target = TargetConfig & { readonly name: string; readonly region: string }

/** The environment variables that a run was given. */
export type Env = Readonly<Record<string, string | undefined>>

/**
 * The target of this name, or that of a spec without one. Throws a Problem (exit 4) for an unknown name, an open
 * choice, or no region.
 */
export function resolveTarget(
  name: string | undefined,
  config: { readonly targets: Readonly<Record<string, TargetConfig>>; readonly defaultTarget?: string },
  env: Env,
): Target {
  const { targets } = config
  const names = Object.keys(targets)
  const chosen = resolveTargetName(name, config)
  if (chosen === undefined) {
    throw new Problem({
      code: 'CONFIG_NO_DEFAULT_TARGET',
      message: `jobwright.yaml has ${names.length} targets (${names.join(', ')}), and none of them is called "default"`,
      remedies: [advise('name one in policy.target of each spec, or call one of them "default"')],
    })
  }
  const own = Object.hasOwn(targets, chosen) ? targets[chosen] : undefined
  if (!own && (names.length > 0 || chosen !== ENVIRONMENT_TARGET)) {
    throw new Problem({
      code: 'CONFIG_UNKNOWN_TARGET',
      message: `there is no target "${chosen}" in jobwright.yaml`,
      remedies: [
        advise(names.length > 0 ? `its targets are: ${names.join(', ')}` : 'add it under targets, with a region'),
      ],
    })
  }
  return { ...own, name: chosen, region: own?.region ?? findRegion(chosen, env) }
}

function findRegion(name: string, env: Env): string {
  const region = env['AWS_REGION'] || env['AWS_DEFAULT_REGION']
  if (region) return region
  throw new Problem({
    code: 'CONFIG_NO_REGION',
    message: `no region is set for the target "${name}"`,
    remedies: [advise(`add "region" to it in jobwright.yaml, or set AWS_REGION; Jobwright guesses no region`)],
  })
}

/** The partition of a region, and the domain that its hosts end in. */
export function getPartition(region: string): { readonly partition: string; readonly domain: string } {
  return { partition: partitionNameOf(region), domain: findDomain(region) }
}
