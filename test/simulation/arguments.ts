import { parseArgs } from 'node:util'

/** What `npm run simulate` is asked for. */
export type Arguments = {
  readonly seeds: number
  readonly from: number
  /** One seed alone, told in full. */
  readonly seed: number | undefined
  readonly trace: boolean
  /** End a run at each of its effects as well. */
  readonly crashes: boolean
  /** Stop at the first violation. */
  readonly first: boolean
}

/** The arguments of a command line, without node and script. */
export function argumentsOf(argv: readonly string[]): Arguments {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      seeds: { type: 'string', default: '2000' },
      from: { type: 'string', default: '0' },
      seed: { type: 'string' },
      trace: { type: 'boolean', default: false },
      crashes: { type: 'boolean', default: false },
      first: { type: 'boolean', default: false },
    },
  })
  const seed = values.seed === undefined ? undefined : Number(values.seed)
  return { ...values, seeds: Number(values.seeds), from: Number(values.from), seed }
}
