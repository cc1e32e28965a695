/** The meaning of each exit code, the same for every command. `--help` prints it. */
export const EXIT_CODES = {
  0: 'done, or nothing to do',
  1: 'usage error, or a bug',
  2: 'changes are pending (plan --exit-code)',
  3: 'invalid specs',
  4: 'credentials or configuration',
  5: 'some actions failed',
  6: 'a decision is needed (conflict, unresolved, expired, lost, duplicate)',
  7: 'a guard refused',
  8: 'locked, stale, no state, or not the approved plan',
  9: 'incomplete: blocked, outcome pending, AWS limit reached, or timed out',
  10: 'a job failed, or a spec depends on a failed job',
  130: 'interrupted, state safe',
} as const

export type ExitCode = keyof typeof EXIT_CODES
