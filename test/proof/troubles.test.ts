import { trouble, twoAtOnce } from './scenarios.ts'
import { prove } from './short.ts'

/* A full disk and states that must not be trusted are W14 and W11 of windows.test.ts. */

prove([
  ['all troubles mixed', 'git', trouble('all of it mixed')],
  ['two reconcilers at once', 'git', twoAtOnce],
  ['all troubles mixed', 's3', trouble('all of it mixed')],
  ['two reconcilers at once', 's3', twoAtOnce],
])
