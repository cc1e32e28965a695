import type { PackedPage, PageChange, PageTick } from '../model/page.ts'
import { applyChange, type Data, unpackPage } from './data.ts'

/** Whether a live page hears from its server. */
export type Link = 'live' | 'lost'

/** The server tells the time every 5 seconds. A connection that is silent for longer than this may be cut without a word. */
const SILENCE_MS = 16_000

/** Follows the changes of a live page. The browser connects again by itself, and says which version it has. */
export function followChanges(
  first: Data,
  on: {
    readonly data: (data: Data) => void
    readonly tick: (at: string) => void
    readonly link: (link: Link) => void
  },
): void {
  let data = first
  // One change after the other: a whole page takes a while to unpack.
  let work = Promise.resolve()
  const take = (next: () => Data | Promise<Data>): void => {
    work = work.then(async () => {
      data = await next()
      on.data(data)
    })
  }
  const source = new EventSource(`events?version=${first.version}`)
  source.onopen = () => on.link('live')
  source.onerror = () => on.link('lost')
  source.addEventListener('page', ({ data: text }: MessageEvent<string>) =>
    take(() => unpackPage(JSON.parse(text) as PackedPage)),
  )
  source.addEventListener('change', ({ data: text }: MessageEvent<string>) =>
    take(() => applyChange(data, JSON.parse(text) as PageChange)),
  )
  let heardAt = performance.now()
  setInterval(() => {
    if (performance.now() - heardAt > SILENCE_MS) on.link('lost')
  }, SILENCE_MS / 4)
  source.addEventListener('tick', ({ data: text }: MessageEvent<string>) => {
    heardAt = performance.now()
    on.link('live')
    on.tick((JSON.parse(text) as PageTick).at)
  })
}
