import type { Address } from '../model/address.ts'
import type { Decision } from '../plan/input.ts'
import type { Known } from './known.ts'

/** The streams and environment of a process, for commands. */
export type Host = {
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdout: OutStream
  readonly stderr: OutStream
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal
  /** Asks the user at the terminal. Absent if there is no terminal. */
  readonly ask?: (question: string) => Promise<string>
  /** Colours, if the command line decides them. */
  readonly colour?: boolean
  /** Print errors and warnings only. */
  readonly quiet?: boolean
  /** Print each step of a run, including started ones. */
  readonly verbose?: boolean
}

export type OutStream = { write(text: string): unknown; readonly isTTY?: boolean; readonly columns?: number }

/** Options that most commands take. */
export type CommonOptions = {
  readonly output: 'text' | 'json'
  /** Use the built-in emulator. */
  readonly emulator?: boolean
  /** With the emulator: the earliest ISO time of its clock. */
  readonly startAt?: string
  /** Spec files, folders or globs in place of those in jobwright.yaml. */
  readonly spec?: readonly string[]
  /** Addresses or labels (`key=value`) to act on. Others are left alone. */
  readonly only?: readonly string[]
  /** Names of targets in jobwright.yaml. Only their specs are acted on. */
  readonly target?: readonly string[]
  /** Do not call AWS. */
  readonly offline?: boolean
  readonly allowDirty?: boolean
  readonly allowRemovals?: boolean
  /** Also read terminal jobs. */
  readonly refresh?: boolean
  /** Only record statuses and unknown outcomes; hold everything else. */
  readonly refreshOnly?: boolean
  /** How long to wait for another run's lock on the state, in milliseconds. Default: see `waitWhileLocked`. */
  readonly lockTimeout?: number
  /** Use what earlier runs checked of unchanged specs. It leads to no act. */
  readonly cache?: boolean
  /** What earlier plans of this process read and checked. */
  readonly known?: Known
  /** A person's decisions by address. Only these addresses are acted on. */
  readonly decisions?: ReadonlyMap<Address, Decision>
}

/** Creates a selector for `--only` or decisions. It selects addresses, or every spec with a label; several values are alternatives. */
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
