import { lateWrites } from './late-writes.ts'
import { moveKilled } from './moved-states.ts'
import { prove } from './short.ts'
import { sideBySide } from './split-states.ts'

prove([
  ['runs of two targets side by side, some of them killed', 'git', sideBySide],
  ['writes that arrive after newer ones', 's3', lateWrites],
  ['a split state that moves and is whole, the move killed', 'file', moveKilled('s3', true)],
])
