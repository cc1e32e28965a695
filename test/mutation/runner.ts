import fs from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import type { MutantCoverage } from '@stryker-mutator/api/core'
import { declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin'
import {
  type DryRunResult,
  DryRunStatus,
  determineHitLimitReached,
  type MutantRunOptions,
  type MutantRunResult,
  type TestResult,
  type TestRunner,
  TestStatus,
  toMutantRunResult,
} from '@stryker-mutator/api/test-runner'
import type { Collected, runTest } from './collect.ts'

/** The tests that judge: in-process, without a clock, a socket or a child process. */
const JUDGES = [
  /^test\/(model|lane|plan|schedule)\/.*\.test\.ts$/,
  /^test\/apply\/(intents|identify|pass)\.test\.ts$/,
  /^test\/state\/(format|journal|merge|series)\.test\.ts$/,
  /^test\/kinds\/models\.test\.ts$/,
]
/** Left out: each takes seconds for each mutant that it meets. What they alone kill counts as alive. */
const SLOW = [
  'test/plan/life.test.ts',
  'whatever is on record and seen',
  'a chain as long as a repository is planned, and its last link says what is wrong with the first',
  'a journal cut off at any byte loses at most its last line',
]

/** What instrumented code reads and writes. */
type Instrumented = {
  activeMutant?: string | undefined
  currentTestId?: string | undefined
  hitCount?: number | undefined
  hitLimit?: number | undefined
  mutantCoverage?: MutantCoverage
}

function beginInstrumented(): Instrumented {
  const holder = globalThis as typeof globalThis & { __stryker__?: Instrumented }
  holder.__stryker__ ??= {}
  return holder.__stryker__
}

/** Runs the collected tests in this process, each as often as Stryker asks. No process starts for a mutant. */
class InProcessRunner implements TestRunner {
  readonly #instrumented: Instrumented = beginInstrumented()
  #collected: readonly Collected[] = []
  #runTest: typeof runTest | undefined
  #unhandled: string | undefined

  capabilities() {
    return { reloadEnvironment: true }
  }

  async init(): Promise<void> {
    process.on('unhandledRejection', (error) => {
      this.#unhandled ??= String(error)
    })
  }

  async dryRun(): Promise<DryRunResult> {
    await this.#load()
    const tests = await this.#run(this.#collected, false)
    return { status: DryRunStatus.Complete, tests, mutantCoverage: this.#instrumented.mutantCoverage }
  }

  async mutantRun(options: MutantRunOptions): Promise<MutantRunResult> {
    const { activeMutant, mutantActivation, reloadEnvironment, testFilter, hitLimit, disableBail } = options
    const instrumented = this.#instrumented
    instrumented.hitLimit = hitLimit
    instrumented.hitCount = hitLimit === undefined ? undefined : 0
    if (mutantActivation === 'static') instrumented.activeMutant = activeMutant.id
    if (reloadEnvironment || !this.#runTest) await this.#load()
    instrumented.activeMutant = activeMutant.id
    const all = this.#collected
    const wanted = testFilter && new Set(testFilter)
    const tests = await this.#run(wanted ? all.filter(({ id }) => wanted.has(id)) : all, !disableBail)
    instrumented.activeMutant = undefined
    const timeout = determineHitLimitReached(instrumented.hitCount, hitLimit)
    return toMutantRunResult(timeout ?? { status: DryRunStatus.Complete, tests })
  }

  async #load(): Promise<void> {
    // Only a process that runs tests may load tap: it begins a test of its own at once.
    const { collectFrom, runTest } = await import('./collect.ts')
    this.#runTest = runTest
    const files = fs.readdirSync('test', { recursive: true, encoding: 'utf8' }).map((file) => `test/${file}`)
    const judges = files.filter((file) => JUDGES.some((one) => one.test(file)) && !SLOW.includes(file)).sort()
    const tests = await collectFrom(pathToFileURL(`${process.cwd()}${path.sep}`), judges)
    this.#collected = tests.filter(({ name }) => !SLOW.includes(name))
  }

  async #run(tests: readonly Collected[], bail: boolean): Promise<TestResult[]> {
    const results: TestResult[] = []
    for (const test of tests) {
      const { id, name, file: fileName } = test
      this.#instrumented.currentTestId = id
      this.#unhandled = undefined
      const started = performance.now()
      const failure = (await this.#runTest?.(test)) ?? this.#unhandled
      const told = { id, name, fileName, timeSpentMs: performance.now() - started }
      results.push(
        failure === undefined
          ? { ...told, status: TestStatus.Success }
          : { ...told, status: TestStatus.Failed, failureMessage: failure },
      )
      if (failure !== undefined && bail) break
    }
    this.#instrumented.currentTestId = undefined
    return results
  }
}

/** What Stryker asks of a plugin. */
export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, 'in-process', InProcessRunner)]
