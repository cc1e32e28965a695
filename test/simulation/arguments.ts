import { parseArgs } from 'node:util'

/** The options of `npm run simulate`. */
export type Arguments = {
  readonly seeds: number
  readonly from: number
  /** Run only this seed, with its full log. */
  readonly seed: number | undefined
  readonly trace: boolean
  /** Also end a run at each of its effects. */
  readonly crashes: boolean
  /** Stop at the first violation. */
  readonly first: boolean
  /** Fail if the planner can say something that too few worlds show. */
  readonly coverage: boolean
  /** Only worlds with this trait. */
  readonly trait: string | undefined
  /** The number of worker processes; by default one for each core. */
  readonly workers: number | undefined
}

/** Parses a command line's arguments, without node and script. */
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
      coverage: { type: 'boolean', default: false },
      trait: { type: 'string' },
      workers: { type: 'string' },
    },
  })
  const seed = values.seed === undefined ? undefined : Number(values.seed)
  const workers = values.workers === undefined ? undefined : Number(values.workers)
  return { ...values, seeds: Number(values.seeds), from: Number(values.from), trait: values.trait, seed, workers }
}
