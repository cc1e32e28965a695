import { parseArgs } from 'node:util'
import { NO_TRAITS } from './faults.ts'
import { VARIATIONS, type Variation } from './work.ts'

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
  /** Live each world only in this setting. */
  readonly with: Variation | undefined
  /** The number of worker processes; by default one for each core. */
  readonly workers: number | undefined
}

/** What `npm run simulate -- --help` prints. */
export const HELP = `Usage: npm run simulate -- [options]

Lives random worlds on a virtual clock, disk and network. Each seed is one world.
Exits with 1 if a world breaks a rule of the oracle, and with 2 if an option is wrong.

  --seeds N     how many worlds (default: 2000; 0 with --crashes: only crash endings)
  --from N      the first seed (default: 0)
  --workers N   how many processes (default: one for each core)
  --trait NAME  only worlds with this trait:
                ${Object.keys(NO_TRAITS).join(', ')}
  --with NAME   each world only with its state in S3 (s3) or split there (split),
                or with workers behind a queue (queue)
  --first       stop at the first world that breaks a rule
  --coverage    also fail if something that the planner can say never happened
  --crashes     also end runs before, during and after each of their effects
  --seed N      only this world
  --trace       with --seed: print everything that happens
  -h, --help    print this text
`

/**
 * Parses a command line's arguments, without node and script. Returns `help` if it asks for help, and throws an error
 * with a message for people if an option is unknown or has a wrong value.
 */
export function argumentsOf(argv: readonly string[]): Arguments | 'help' {
  const { values } = parseArgs({
    args: [...argv],
    strict: true,
    options: {
      seeds: { type: 'string', default: '2000' },
      from: { type: 'string', default: '0' },
      seed: { type: 'string' },
      trace: { type: 'boolean', default: false },
      crashes: { type: 'boolean', default: false },
      first: { type: 'boolean', default: false },
      coverage: { type: 'boolean', default: false },
      trait: { type: 'string' },
      with: { type: 'string' },
      workers: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  const { trace, crashes, first, coverage, trait } = values
  if (values.help) return 'help'
  if (trait !== undefined && !Object.hasOwn(NO_TRAITS, trait))
    throw new Error(`--trait is one of ${Object.keys(NO_TRAITS).join(', ')}, and not ${trait}`)
  const setting = VARIATIONS.find((one) => one === values.with)
  if (values.with !== undefined && setting === undefined)
    throw new Error(`--with is one of ${VARIATIONS.join(', ')}, and not ${values.with}`)
  const seed = values.seed === undefined ? undefined : readCount('seed', values.seed)
  if (trace && seed === undefined) throw new Error('--trace needs --seed')
  const workers = values.workers === undefined ? undefined : readCount('workers', values.workers)
  if (workers === 0) throw new Error('--workers is at least 1')
  const [seeds, from] = [readCount('seeds', values.seeds), readCount('from', values.from)]
  return { seeds, from, seed, trace, crashes, first, coverage, trait, with: setting, workers }
}

function readCount(option: string, text: string): number {
  if (!/^\d{1,12}$/.test(text)) throw new Error(`--${option} is a whole number, and not ${text}`)
  return Number(text)
}
