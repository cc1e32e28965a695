import { isAddress } from '../../model/address.ts'
import type { ExitCode } from '../../model/exit-code.ts'
import { Problem } from '../../model/problem.ts'
import { suggest } from '../../model/remedy.ts'
import type { Host } from '../../session/host.ts'
import { adoptAddress } from './adopt-address.ts'
import { type AdoptJobOptions, adoptJob } from './adopt-job.ts'
import { type AdoptListOptions, adoptList } from './adopt-list.ts'
import { pickCommonOptions } from './search.ts'

export type AdoptOptions = AdoptJobOptions &
  AdoptListOptions & { readonly list?: boolean; readonly id?: string; readonly force?: boolean }

/** Options that only one form of `adopt` takes. */
const FORMS = {
  list: ['kind', 'target', 'application'],
  job: ['name', 'yes', 'force', 'target', 'application'],
  address: ['id', 'force'],
} as const
const NAMES = { list: '--list', job: 'KIND ID', address: 'ADDRESS' } as const

/** `jobwright adopt` in its three forms: list adoptable jobs, adopt a job without a spec, or adopt a job for a spec. */
export async function adoptCommand(
  what: string | undefined,
  id: string | undefined,
  options: AdoptOptions,
  host: Host,
): Promise<ExitCode> {
  const form = options.list ? 'list' : what?.includes('/') ? 'address' : 'job'
  const stray = [...new Set(Object.values(FORMS).flat())].find(
    (option) => options[option] !== undefined && !(FORMS[form] as readonly string[]).includes(option),
  )
  if (stray !== undefined) throw createUsage(`adopt ${NAMES[form]} takes no --${stray}`)
  if (form === 'list') {
    if (what !== undefined) throw createUsage('adopt --list takes no address and no job')
    return adoptList(options, host)
  }
  if (what === undefined) throw createUsage('adopt needs a job')
  if (form === 'address') {
    if (id === undefined) return adoptAddress(what, pickCommonOptions(options), host)
    throw createUsage(
      isAddress(what) ? `adopt ADDRESS takes the ID of the job as --id ${id}` : `${what} is not an address`,
    )
  }
  if (id === undefined) throw createUsage(`adopt needs the ID of a job of ${what}`)
  return adoptJob(what, id, options, host)
}

function createUsage(message: string): Problem {
  return new Problem({
    code: 'USAGE',
    message,
    remedies: [
      suggest('list the jobs without a record', 'adopt', '--list'),
      suggest('for a job that has no spec', 'adopt', 'KIND', 'ID'),
      suggest('for a spec that has no job', 'adopt', 'KIND/NAME'),
    ],
  })
}
