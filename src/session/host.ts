import type { Address } from '../model/address.ts'
import type { Decision } from '../plan/input.ts'

/** The streams and the environment of a process, as a command sees them. */
export type Host = {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdout: OutStream
  readonly stderr: OutStream
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal
  /** Asks the person at the terminal; absent where nobody is there to answer. */
  readonly ask?: (question: string) => Promise<string>
  /** Whether text is coloured, where the command line says so. */
  readonly colour?: boolean
  /** Say only what is wrong. */
  readonly quiet?: boolean
  /** Say each step of a run, also those that only begin. */
  readonly verbose?: boolean
}

export type OutStream = { write(text: string): unknown; readonly isTTY?: boolean; readonly columns?: number }

/** Options that most commands take. */
export type CommonOptions = {
  readonly output: 'text' | 'json'
  /** Run against the built-in emulator. */
  readonly emulator?: boolean
  /** With the emulator: the ISO time before which its clock is not to be. */
  readonly startAt?: string
  /** Spec files, folders or globs in place of those of jobwright.yaml. */
  readonly spec?: readonly string[]
  /** Addresses or labels (`key=value`) to act on; the rest is left alone. */
  readonly only?: readonly string[]
  /** Names of targets in jobwright.yaml: only specs that belong to one of them are acted on. */
  readonly target?: readonly string[]
  /** Ask nothing of AWS. */
  readonly offline?: boolean
  readonly allowDirty?: boolean
  readonly allowRemovals?: boolean
  /** Read finished jobs as well. */
  readonly refresh?: boolean
  /** Milliseconds that another run's hold on the state is waited for; absent: as `waitWhileLocked` has it. */
  readonly lockTimeout?: number
  /** What a person decided about addresses; only those are acted on. */
  readonly decisions?: ReadonlyMap<Address, Decision>
}

/** What `--only`, or a decision, selects: an address, or every spec with a label. Several values: any of them. */
export function createSelector({
  only,
  decisions,
}: Pick<CommonOptions, 'only' | 'decisions'>):
  | ((address: Address, labels: Readonly<Record<string, string>>) => boolean)
  | undefined {
  if (decisions) return (address) => decisions.has(address)
  if (!only || only.length === 0) return undefined
  return (address, labels) =>
    only.some((one) => {
      const equals = one.indexOf('=')
      return equals < 0 ? one === address : labels[one.slice(0, equals)] === one.slice(equals + 1)
    })
}
