import type { Configuration } from './checker.ts'

/** What must go wrong in a configuration, and what it shows. */
export type Case = {
  /** The constant of the model that removes the rule, or drops the assumption. */
  readonly name: string
  readonly words: string
  readonly violates: string
  readonly at: Configuration
}

const one = { processes: 1, faults: 1 } as const
const two = { processes: 2, faults: 1 } as const

/** The rules of the protocol. Without any one of them the model has a counterexample. */
export const RULES: readonly Case[] = [
  {
    name: 'intent',
    words: 'an intent is durable before its create is sent',
    violates: 'NoSecondJob',
    at: { kind: 'marker', ...one },
  },
  {
    name: 'swap',
    words: 'the state is written by compare-and-swap',
    violates: 'NoSecondJob',
    at: { kind: 'marker', ...two, faults: 0 },
  },
  {
    name: 'lease',
    words: 'nothing is sent after the lease of its intent',
    violates: 'NoSecondJob',
    at: { kind: 'marker', ...two },
  },
  {
    name: 'sign',
    words: 'a request is signed before its lease is checked',
    violates: 'NoSecondJob',
    at: { kind: 'marker', ...two },
  },
  {
    name: 'late',
    words: 'late requests are waited out before a create is sent again',
    violates: 'NoSecondJob',
    at: { kind: 'marker', ...one },
  },
  {
    name: 'look',
    words: 'unrecorded jobs are read before the first create',
    violates: 'NoSecondJob',
    at: { kind: 'marker', ...one },
  },
  {
    name: 'mark',
    words: 'a job without our mark is not ours',
    violates: 'NoForeignAct',
    at: { kind: 'id', ...one },
  },
  {
    name: 'older',
    words: 'a job that is older than the intent is no candidate',
    violates: 'NoForeignAct',
    at: { kind: 'inert', ...one, faults: 2 },
  },
  {
    name: 'inert',
    words: 'a create starts nothing before its ID is recorded',
    violates: 'NoSecondJob',
    at: { kind: 'inert', ...one },
  },
  {
    name: 'several',
    words: 'of several candidates a person chooses',
    violates: 'NoForeignAct',
    at: { kind: 'inert', ...one, faults: 2 },
  },
  {
    name: 'identity',
    words: 'a job with another creation time is another job',
    violates: 'NoForeignAct',
    at: { kind: 'id', ...one },
  },
  {
    name: 'audit',
    words: 'a job beside the recorded one is reported',
    violates: 'IsReported',
    at: { kind: 'marker', ...one },
  },
]

/** The assumptions of the promise. What happens outside them cannot be detected. */
export const LIMITS: readonly Case[] = [
  {
    name: 'rollback',
    words: 'the state is rolled back while a run, a request or a list is behind',
    violates: 'NoSecondJob',
    at: { kind: 'marker', ...one },
  },
  {
    name: 'twin',
    words: 'somebody creates an identical unmarked job while our own create is unknown',
    violates: 'NoForeignAct',
    at: { kind: 'inert', ...one, faults: 2 },
  },
  {
    name: 'delete',
    words: 'somebody deletes a job that is not on record yet',
    violates: 'NoSecondJob',
    at: { kind: 'id', ...one, faults: 2 },
  },
]

/** Every kind of recovery. */
export const KINDS = [
  { kind: 'marker' },
  { kind: 'inert' },
  { kind: 'id' },
  { kind: 'id', isMarked: false },
] as const satisfies readonly Pick<Configuration, 'kind' | 'isMarked'>[]
