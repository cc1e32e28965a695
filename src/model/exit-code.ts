/** The meaning of each exit code, the same for every command. `--help` prints it. */
export const EXIT_CODES = {
  0: 'done, or nothing to do',
  1: 'usage error, or a bug',
  2: 'changes are pending (plan --exit-code)',
  3: 'invalid specs',
  4: 'credentials or configuration',
  5: 'some actions failed',
  6: 'a decision is needed (conflict, unresolved, expired, lost, duplicate)',
  7: 'a guard (a limit in jobwright.yaml) refused the plan',
  8: 'the state, the checkout or the approved plan cannot be used',
  9: 'not finished: a spec is blocked (not by a failure), a create has no known result yet, an AWS limit is reached, or time ran out',
  10: 'a job failed, or a spec depends on a failed job',
  130: 'interrupted; the state is safe',
} as const

export type ExitCode = keyof typeof EXIT_CODES
