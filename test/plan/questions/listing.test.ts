import t from 'tap'
import { getModel } from '../../../src/kinds/index.ts'
import type { Live } from '../../../src/model/live.ts'
import { createListings } from '../../../src/plan/questions/listing.ts'
import { liveOf, REQUESTS } from '../world.ts'

const DISK = 'ImportExportJob/archive'
const MODEL = getModel('ImportExportJob')
const REQUEST = REQUESTS['ImportExportJob']!
const EXPORT = { JobType: 'Export' }
const MARK = `kiosk-fleet ${DISK}#1.1`

const live = (id: string, facts: Partial<Live> = {}): Live => liveOf(DISK, { id, ...facts })

/** A list of a disk's look-alikes among other jobs, each kind of suspect before and after the others. */
const JOBS: readonly Live[] = [
  live('silent', { request: undefined }),
  live('marked', { marker: MARK, request: EXPORT }),
  live('other', { request: EXPORT }),
  live('same'),
  live('both', { marker: MARK }),
  live('late and silent', { request: undefined }),
  live('of another spec', { marker: 'kiosk-fleet ImportExportJob/attic#1.1', request: EXPORT }),
  live('late and marked', { marker: MARK, request: EXPORT }),
  live('kept by Ann', { marker: 'kept by Ann', request: EXPORT }),
  live('late and same'),
]
const names = (jobs: readonly Live[]): string[] => jobs.map(({ id }) => id)

t.test('the suspects are the identical, the marked and the undescribed jobs, in the order of the list', async (t) => {
  const listing = createListings()(JOBS, MODEL)
  t.strictSame(names(listing.alike(REQUEST)), ['same', 'both', 'late and same'])
  t.strictSame(names(listing.suspects(REQUEST, DISK)), [
    'silent',
    'marked',
    'same',
    'both',
    'late and silent',
    'late and marked',
    'late and same',
  ])
  const none = { JobType: 'Import' }
  t.strictSame(names(listing.alike(none)), [])
  t.strictSame(names(listing.suspects(none, 'ImportExportJob/cellar')), ['silent', 'late and silent'])
})

t.test('a list is indexed once', async (t) => {
  const listingOf = createListings()
  t.equal(listingOf(JOBS, MODEL), listingOf(JOBS, MODEL))
  t.not(listingOf(JOBS, MODEL), listingOf([...JOBS], MODEL))
})
