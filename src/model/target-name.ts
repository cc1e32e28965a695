import type { Config } from './config.ts'

/** The name of the target that the environment's credentials and region make where jobwright.yaml has none. */
export const ENVIRONMENT_TARGET = 'default'

/**
 * The name of a spec's target. A spec without one gets `defaultTarget`, else the target called `default`, else the only target. Without
 * any targets the environment is the target. Undefined: the choice is open, or no config is known.
 */
export function resolveTargetName(
  named: string | undefined,
  config: ({ readonly targets: Readonly<Record<string, unknown>> } & Pick<Config, 'defaultTarget'>) | undefined,
): string | undefined {
  const chosen = named ?? config?.defaultTarget
  if (chosen !== undefined || !config) return chosen
  const names = Object.keys(config.targets)
  if (names.length === 0 || names.includes(ENVIRONMENT_TARGET)) return ENVIRONMENT_TARGET
  return names.length === 1 ? names[0] : undefined
}
