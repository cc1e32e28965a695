import { killAt, laptopJournal, tornJournal } from './scenarios.ts'
import { prove } from './short.ts'

prove([
  ['a run killed amid its jobs', 's3', killAt({ share: 0.5, plusMs: 0 })],
  ['a run killed amid its jobs, its journal torn', 'file', tornJournal({ share: 0.6, plusMs: 0 })],
  ['a laptop’s journal over a newer state', 'git', laptopJournal({ share: 0.4, plusMs: 5 })],
])
