import { isEmulated } from '../../model/emulated-site.ts'
import type { KindModel } from '../../model/kind.ts'
import type { Remedy } from '../../model/remedy.ts'
import type { JobRecord } from '../../model/state.ts'

/** Lists the commands that name the parts of a recorded job that did not succeed. The emulator has counts alone. */
export function listFailures({ lifecycle }: KindModel, { id, site, counts }: JobRecord): readonly Remedy[] {
  if (id === undefined || isEmulated(site)) return []
  return lifecycle.listFailures?.({ id, region: site.region, counts }) ?? []
}
