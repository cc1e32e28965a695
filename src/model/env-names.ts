/**
 * Families of environment variables with credentials of the machine or its workflow. No spec may read one, whatever
 * jobwright.yaml lists. PATH, HOME and the like hold no secret; for them the list alone decides.
 */
export const REFUSED_ENV_FAMILIES = [
  'AWS_',
  'ACTIONS_',
  'GITHUB_',
  'RUNNER_',
  'GH_',
  'NODE_',
  'NPM_',
  'JOBWRIGHT_',
] as const

/** The form of a name after `$env`. */
const NAME = /^[A-Z_][A-Z0-9_]*$/

/** Returns whether a text has the form of a variable's name. */
export function isEnvName(text: string): boolean {
  return NAME.test(text)
}

/** Returns the refused family of a name, ignoring case; undefined for any other name. */
export function findRefusedFamily(name: string): string | undefined {
  const upper = name.toUpperCase()
  return REFUSED_ENV_FAMILIES.find((family) => upper.startsWith(family))
}

/** Returns whether a spec may read a variable: jobwright.yaml lists it, and no refused family contains it. */
export function isReadable(name: string, listed: readonly string[] = []): boolean {
  return listed.includes(name) && findRefusedFamily(name) === undefined
}
