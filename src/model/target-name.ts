import type { Config } from './config.ts'

/** The target made of the environment's credentials and region, if jobwright.yaml has no targets. */
export const ENVIRONMENT_TARGET = 'default'

/**
 * Returns the name of a spec's target: its own, else `defaultTarget`, else the target called `default`, else the only
 * target. Without any targets the environment is the target. Undefined if the choice is ambiguous, or no config is
 * known.
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
