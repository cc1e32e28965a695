import type { Finding } from '../../src/model/attention.ts'
import type { Planned } from '../../src/model/plan.ts'
import type { Remedy } from '../../src/model/remedy.ts'
import type { PlanInput } from '../../src/plan/input.ts'
import type { Want } from './ledger.ts'
import type { Job } from './services.ts'
import type { End, Town } from './town.ts'

type Decision = NonNullable<PlanInput['decisions']> extends ReadonlyMap<unknown, infer One> ? One : never

/** A question to a person, with the printed remedies. */
type Question = {
  readonly address: string
  readonly run: number
  readonly id: string | undefined
  readonly remedies: readonly Remedy[]
  readonly want: Want | undefined
}

/** A person's action: edit specs, say something about an address, or leave a finding as it is. */
export type Deed =
  | { readonly is: 'edit' }
  | { readonly is: 'word'; readonly address: string; readonly decision: Decision }
  | { readonly is: 'acknowledge'; readonly address: string }

/**
 * Somebody who reads a run's output and follows a printed remedy, knowing what really happened. They say nothing
 * untrue, and use only printed remedies.
 */
export class Person {
  readonly #town: Town

  constructor(town: Town) {
    this.#town = town
  }

  /** Answers the first finding that needs a person. Undefined if there is none, or if no printed remedy applies. */
  answer(end: End): Deed | undefined {
    const questions = questionsOf(end, this.#town)
    for (const question of questions) {
      const ways = question.remedies.flatMap((remedy) => {
        const go = this.#wayOf(question, remedy)
        return go ? [{ remedy, go }] : []
      })
      // Acknowledging always works, and is the last resort.
      const { random } = this.#town.setting
      const real = ways.filter(({ remedy }) => remedy.command?.[1] !== 'acknowledge')
      const chosen = real.length > 0 && random.hit(0.8) ? random.pick(real) : ways.at(-1)
      if (!chosen) continue
      this.#town.setting.log(`somebody reads of ${question.address}: ${chosen.remedy.text}`)
      this.#town.setting.count(`followed ${chosen.remedy.command?.slice(1, 2).join() ?? chosen.remedy.text}`)
      return chosen.go()
    }
    return this.#answerFailure(end)
  }

  /** Follows what a run printed of a step that failed: nothing proved whose the job is. */
  #answerFailure(end: End): Deed | undefined {
    if ('problem' in end) return undefined
    for (const [address, problem] of end.done.failed) {
      const text = this.#town.adviseOn(problem)
      const want = this.#town.ledger.ownerOf(address)
      if (!/look at that job in the console/.test(text) || !want) continue
      this.#town.setting.log(`somebody reads of ${address}: ${text}`)
      this.#town.setting.count('followed look at that job in the console of AWS')
      if (want.isGone) return { is: 'word', address, decision: { is: 'removed' } }
      return this.#edit(() => this.#putBack(want))()
    }
    return undefined
  }

  /** How to follow a printed remedy. Undefined if it is untrue, or cannot be followed here. */
  #wayOf(question: Question, remedy: Remedy): (() => Deed) | undefined {
    const { command } = remedy
    return command?.[0] === 'jobwright'
      ? this.#command(question, command.slice(1))
      : this.#advice(question, remedy.text)
  }

  #command(
    { address, run, id: named, want }: Question,
    [verb, target, ...rest]: readonly string[],
  ): (() => Deed) | undefined {
    const word =
      (decision: Decision, at = target ?? address) =>
      (): Deed => ({ is: 'word', address: at, decision })
    const optionOf = (name: string): string | undefined =>
      rest.includes(name) ? rest[rest.indexOf(name) + 1] : undefined
    switch (verb) {
      case 'acknowledge':
        return () => ({ is: 'acknowledge', address: target ?? address })
      case 'rerun': {
        // The command may name another job: the one that this spec waits for.
        const meant = target === undefined || target === address ? want : this.#town.ledger.ownerOf(target)
        return meant && this.#edit(() => this.#town.ledger.raise(meant))
      }
      case 'adopt': {
        if (rest.includes('--list') || target === '--list') return undefined
        const id = optionOf('--id') ?? named
        if (rest.includes('--force') || !this.#isOwn(want, run, id)) return undefined
        return word({ is: 'adopt', ...(optionOf('--id') !== undefined && { id }) } as Decision)
      }
      case 'resolve': {
        const adopted = optionOf('--adopt')
        if (adopted !== undefined)
          return this.#isOwn(want, run, adopted) ? word({ is: 'adopt', id: adopted, settles: true }) : undefined
        const foreign = optionOf('--foreign')
        if (foreign !== undefined)
          return this.#jobs(foreign).some(({ wish }) => wish.of === this.#town.name)
            ? undefined
            : word({ is: 'foreign', ids: [foreign] })
        if (rest.includes('--not-created'))
          return this.#isMade(want ?? this.#town.ledger.ownerOf(address), run)
            ? undefined
            : word({ is: 'not-created', force: false })
        if (rest.includes('--removed')) {
          const heir = this.#town.ledger.wants.find(({ kind, oldName }) => `${kind}/${oldName}` === target)
          if (!heir) return undefined
          return () => {
            this.#town.ledger.part(heir)
            return { is: 'word', address: target ?? address, decision: { is: 'removed' } }
          }
        }
        return undefined
      }
      default:
        return undefined
    }
  }

  #advice({ want, run, id }: Question, text: string): (() => Deed) | undefined {
    const { ledger } = this.#town
    if (want === undefined) return undefined
    if (/somebody else (used|created)/.test(text) && this.#isOwn(want, run, id)) return undefined
    if (/metadata\.formerly: /.test(text) && want.oldName !== undefined) return this.#edit(() => ledger.answer(want))
    if (/remove metadata\.formerly/.test(text) && want.formerly !== undefined)
      return this.#edit(() => {
        delete want.formerly
      })
    const raised = /policy\.run: (\d+)/.exec(text)?.[1]
    const old = this.#town.recordAt(want)?.request
    // If a sentence has several ways out, each must work.
    const ways = [
      ...(raised !== undefined && Number(raised) > want.run ? [() => ledger.raise(want, Number(raised))] : []),
      ...(/restore the old value/.test(text) && old && this.#isWritten(want) ? [() => this.#putBack(want)] : []),
      ...(/raise policy\.run/.test(text) && raised === undefined ? [() => ledger.raise(want)] : []),
      ...(/another (jobId|Id|name)|choose another|write one that was never used|leave (jobId|Id) out/.test(text)
        ? [() => ledger.choose(want, `${want.name}-free-${this.#town.setting.random.int(0, 1_000_000)}`)]
        : []),
      ...(/move the file away/.test(text)
        ? [() => ledger.saveElsewhere(want), () => this.#town.putFile(this.#town.ledger.fileOf(want) ?? '', undefined)]
        : []),
      ...(/remove policy\.download/.test(text)
        ? [
            () => {
              delete want.saves
            },
          ]
        : []),
      ...(/later policy\.expires/.test(text)
        ? [
            () => {
              delete want.expires
            },
          ]
        : []),
      ...(/policy\.adopt: true/.test(text) && this.#isOwn(want, run, id) ? [() => ledger.takeOver(want)] : []),
      ...(/end the unwanted job in AWS/.test(text) && this.#mayEnd(want) ? [() => this.#endSecond(want)] : []),
    ]
    if (ways.length === 0) return undefined
    return this.#edit(() => this.#town.setting.random.pick(ways)())
  }

  #edit(edit: () => void): () => Deed {
    return () => {
      edit()
      this.#town.ledger.commit()
      return { is: 'edit' }
    }
  }

  #jobs(id: string | undefined): Job[] {
    return this.#town.services.jobs.filter((job) => job.id === id)
  }

  /** True if a job is what this spec asked for. */
  #isOwn(want: Want | undefined, run: number, id: string | undefined): boolean {
    return this.#jobs(id).some(
      ({ wish, deletedAt }) =>
        deletedAt === undefined && wish.of === this.#town.name && wish.who === want?.who && wish.run === run,
    )
  }

  /** True if a run's create made a job. */
  #isMade(want: Want | undefined, run: number): boolean {
    return this.#town.services.jobs.some(
      ({ wish }) => wish.of === this.#town.name && wish.who === want?.who && wish.run === run,
    )
  }

  #isWritten(want: Want): boolean {
    return this.#town.submitted(want) !== undefined
  }

  #putBack(want: Want): void {
    const spec = this.#town.submitted(want)
    if (!spec) return
    this.#town.ledger.revert(want, spec.request)
    const target = this.#town.targetOf(want)
    if (target === undefined) delete want.target
    else want.target = target
  }

  #seconds(want: Want): Job[] {
    const own = this.#town.recordAt(want)?.id
    return this.#town.services
      .ofKind(want.kind)
      .filter(
        (job) =>
          job.wish.of === this.#town.name &&
          job.wish.who === want.who &&
          job.wish.run === want.run &&
          job.id !== own &&
          !this.#town.services.statusOf(job).isOver,
      )
  }

  #mayEnd(want: Want): boolean {
    return this.#seconds(want).length > 0 && want.kind === 'IotJob'
  }

  #endSecond(want: Want): void {
    for (const { kind, place, id } of this.#seconds(want)) this.#town.services.cancel(kind, place, id, 'somebody')
  }
}

/** What a run left to a person, in the run's order. */
function questionsOf(end: End, { ledger }: Town): Question[] {
  if ('problem' in end) return []
  const { plan, findings = [] } = end.done
  const open = findings.filter(({ acknowledged }) => acknowledged === undefined)
  const lineAt = new Map<string, Planned>(plan.actions.map((planned) => [planned.address, planned]))
  return open.map((finding: Finding) => {
    const { address, run, remedies } = finding
    const want = ledger.wantAt(address)
    return { address, run, id: lineAt.get(address)?.id, remedies, want }
  })
}
