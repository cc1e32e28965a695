import type { Line } from '../../model/lines.ts'
import type { CommonOptions, Host } from '../../session/host.ts'
import { createFeed } from '../../session/page/feed.ts'
import { createPublisher, type Publisher } from '../../session/page/publisher.ts'
import { servePage } from '../../session/page/server.ts'
import type { Session } from '../../session/session.ts'

/**
 * The shortest pause between two updates of a page during a run. A large report is slow to collect, so the pause is
 * also at least SHARE times as long as the last collection.
 */
const PAUSE_MS = 250
const SHARE = 4

/** The live page of a watch. */
export type Ui = { readonly url: string; readonly publisher: Publisher; close(): Promise<void> }

/** Opens the live page of a watch. It shows the end of each round, and the news of a run. Throws a Problem (exit 1). */
export async function openUi(port: number | undefined, options: CommonOptions, host: Host): Promise<Ui> {
  const feed = createFeed()
  let now = (): number => Date.now()
  let timer: NodeJS.Timeout | undefined
  let latest: (() => Promise<readonly Line[]>) | undefined
  let pause = PAUSE_MS
  // One report after the other: an older one must not come last.
  let work: Promise<void> = Promise.resolve()
  const queue = (publish: () => Promise<void>): Promise<void> => {
    work = work.then(publish, publish)
    return work
  }
  const drop = (): void => {
    clearTimeout(timer)
    timer = undefined
    latest = undefined
  }
  const deliver = (lines: readonly Line[], session: Session | undefined): Promise<void> => {
    drop()
    if (session) now = () => session.clock.now()
    return queue(async () => feed.publish(lines))
  }
  const update = (collect: () => Promise<readonly Line[]>): void => {
    latest = collect
    timer ??= setTimeout(() => {
      const wanted = latest
      drop()
      const begin = performance.now()
      queue(async () => {
        if (wanted) feed.publish(await wanted())
        pause = Math.max(PAUSE_MS, (performance.now() - begin) * SHARE)
      }).catch(() => {})
    }, pause)
  }
  const publisher = createPublisher('watch', options, host, deliver, update)
  const server = await servePage(feed, () => now(), port)
  return {
    url: server.url,
    publisher,
    async close() {
      drop()
      await server.close()
    },
  }
}
