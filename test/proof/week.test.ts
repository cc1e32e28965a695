import { prove } from './short.ts'
import { week } from './week.ts'

prove([['two days of three schedules', 'git', week(2)]])
