/**
 * Families of environment variables that hold the credentials of the machine or of its workflow: no spec may read one, whatever
 * jobwright.yaml lists. PATH, HOME and the like hold no secret, so for them the list alone decides.
 */
export const REFUSED_ENV_FAMILIES = ['AWS_', 'ACTIONS_', 'GITHUB_', 'RUNNER_', 'GH_', 'NODE_', 'NPM_'] as const

/** The form of a name that a spec can give after `$env`. */
const NAME = /^[A-Z_][A-Z0-9_]*$/

/** Whether a text has the form of a variable's name. */
export function isEnvName(text: string): boolean {
  return NAME.test(text)
}

/** The refused family that a name belongs to, in any case of its letters; undefined for any other name. */
export function findRefusedFamily(name: string): string | undefined {
  const upper = name.toUpperCase()
  return REFUSED_ENV_FAMILIES.find((family) => upper.startsWith(family))
}

/** Whether a spec may read a variable: jobwright.yaml lists it, and it is of no refused family. */
export function isReadable(name: string, listed: readonly string[] = []): boolean {
  return listed.includes(name) && findRefusedFamily(name) === undefined
}
