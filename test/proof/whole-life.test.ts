import { prove } from './short.ts'
import { wholeLife } from './whole-life.ts'

prove([['the whole life of a repository', 'file', wholeLife(3, 'by hand')]])
