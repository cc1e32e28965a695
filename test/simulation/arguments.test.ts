import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { argumentsOf, HELP } from './arguments.ts'

const SCRIPT = fileURLToPath(new URL('simulate.ts', import.meta.url))
const LOADER = new URL('../typescript.mjs', import.meta.url).href

t.test('the simulation names its options, and refuses what is none of them', async (t) => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [`--import=${LOADER}`, SCRIPT, ...args], { encoding: 'utf8' })
  const help = run('--help')
  t.same([help.status, help.stdout], [0, HELP])
  const unknown = run('--sedes', '5')
  t.equal(unknown.status, 2)
  t.match(unknown.stderr, /--sedes.*--help/s)
})

t.test('a wrong value is refused with the option that has it', async (t) => {
  for (const [args, option] of [
    [['--seeds', 'many'], /--seeds/],
    [['--from', '-1'], /--from/],
    [['--seed', '1.5'], /--seed/],
    [['--workers', '0'], /--workers/],
    [['--trait', 'peopel'], /--trait.*people/],
    [['--with', 'redis'], /--with.*queue/],
    [['--trace'], /--seed/],
    [['20'], /20/],
  ] as const)
    t.throws(() => argumentsOf(args), { message: option }, args.join(' '))
  t.match(argumentsOf(['--seeds', '0', '--crashes']), { seeds: 0, crashes: true, workers: undefined })
})
