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
  /** Fail where the planner can say something that too few worlds show. */
  readonly coverage: boolean
  /** Only worlds with this trait. */
  readonly trait: string | undefined
  /** So many processes share the work; absent: one for each core. */
  readonly workers: number | undefined
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
      coverage: { type: 'boolean', default: false },
      trait: { type: 'string' },
      workers: { type: 'string' },
    },
  })
  const seed = values.seed === undefined ? undefined : Number(values.seed)
  const workers = values.workers === undefined ? undefined : Number(values.workers)
  return { ...values, seeds: Number(values.seeds), from: Number(values.from), trait: values.trait, seed, workers }
}
