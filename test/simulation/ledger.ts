import type { Address } from '../../src/model/address.ts'
import type { JsonObject } from '../../src/model/json.ts'
import type { Spec } from '../../src/model/spec.ts'
import { factsOf } from './aws-facts.ts'
import type { Traits } from './faults.ts'
import { EPOCH } from './machine.ts'
import { addressOf } from './places.ts'
import type { Random } from './random.ts'
import { isUpload, MD5, requestFor } from './requests.ts'
import type { Wish } from './services.ts'

const KINDS = ['IotJob', 'MediaPackageHarvestJob', 'DataExchangeJob', 'PinpointExportJob', 'ImportExportJob'] as const
/** The same, those that AWS changes and cancels more often. */
const CHANGING = ['IotJob', 'IotJob', 'IotJob', 'DataExchangeJob', ...KINDS] as const

/** One job that somebody wants, through all its edits. */
export type Want = {
  readonly who: number
  readonly kind: string
  name: string
  run: number
  hold: boolean
  isGone: boolean
  /** It was gone at some time, under this or another name. */
  wasGone: boolean
  formerly?: string
  /** Renamed, and nobody has said yet that it was. */
  oldName?: string
  edits: number
  /** How often what AWS changes on a running job was edited. */
  notes: number
  /** Its unfinished job is to end with its spec. */
  readonly isCancelled: boolean
  /** It waits for the job of this other one, and for its end or for its success. */
  readonly after?: { readonly who: number; readonly when: 'succeeded' | 'finished' }
  /** Its request is not the one that this run began with. */
  isEdited: boolean
  request: JsonObject
  /** The name of the target that its jobs go to; absent: the default one. */
  target?: string
  /** The job ID that its users chose; absent: that of its name. */
  ownId?: string
  /** A job that is there may be taken over. */
  adopt: boolean
  /** Somebody put its old text back. */
  isReverted?: true
  notBefore?: string
  expires?: string
}

/** What users like to do. */
export type Habits = Pick<Traits, 'people' | 'places' | 'times' | 'changes'>

/** Kinds of edits, by number; where jobs change much, those that AWS takes on come more often. */
const EDITS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]
const CHANGES = [...EDITS, 2, 2, 2, 8, 8, 8, 8]

/** The member of a request in which a caller names a job. */
function idMemberOf(kind: string): string {
  return kind === 'IotJob' ? 'jobId' : 'Id'
}

/** The ID that a request names, as a member. */
function ownIdOf(kind: string, request: JsonObject): JsonObject {
  const member = idMemberOf(kind)
  return request[member] === undefined ? {} : { [member]: request[member] }
}

/** What users committed, commit by commit, and whose wish each request is. */
export class Ledger {
  /** A text that no disk, remote or event may ever hold. */
  readonly secret = 'AKIACANARYCANARY'
  readonly wants: Want[] = []
  readonly commits: (readonly Spec[])[] = []
  readonly name: string
  habits: Habits = { people: false, places: false, times: false, changes: false }
  /** When the world is, in milliseconds; for times that users write. */
  now: () => number = () => 0
  readonly #wishes = new WeakMap<JsonObject, Wish>()
  readonly #gone = new Set<Address>()
  /** Every address that a spec has ever had, and whose it was. */
  readonly #owners = new Map<Address, number>()

  constructor(name: string) {
    this.name = name
  }

  /** The request of a spec as somebody edited it in a file, and never committed it. */
  uncommitted(spec: Spec): Spec {
    const wish = this.wishOf(spec.request)
    const request =
      spec.kind === 'IotJob'
        ? { ...spec.request, description: 'never committed' }
        : { ...requestFor(spec.kind, `${wish.who}-never`), ...ownIdOf(spec.kind, spec.request) }
    this.#wishes.set(request, { ...wish, isUncommitted: true })
    return { ...spec, request }
  }

  /** Whose wish a request is. */
  wishOf(request: JsonObject): Wish {
    const wish = this.#wishes.get(request)
    if (!wish) throw new Error('a request that nobody wrote was sent')
    return wish
  }

  /** Whether a spec of this address was ever taken away or renamed. */
  wasEverGone(address: Address): boolean {
    return this.#gone.has(address)
  }

  /** Whose spec is, or was, at an address. */
  whoAt(address: Address): number | undefined {
    return this.#owners.get(address)
  }

  /** Someone wants one more job. */
  add(random: Random, kind: string = random.pick(this.habits.changes ? CHANGING : KINDS)): void {
    const who = this.wants.length
    const want: Want = {
      who,
      kind,
      name: `job-${who}`,
      run: 1,
      hold: false,
      isGone: false,
      wasGone: false,
      edits: 0,
      notes: 0,
      isCancelled: factsOf(kind).cancels !== 'never' && random.hit(this.habits.changes ? 0.8 : 0.4),
      ...(who > 0 &&
        random.hit(0.25) && { after: { who: random.int(0, who - 1), when: random.pick(['finished', 'succeeded']) } }),
      isEdited: false,
      request: {},
      adopt: this.habits.people && random.hit(0.3),
      ...(this.habits.places && random.hit(0.4) && { target: 'there' }),
      ...(this.habits.times && random.hit(0.4) && this.#times(random)),
    }
    this.wants.push(want)
    this.#write(want)
  }

  /** Times that users write: from when on, until when, or both. */
  #times(random: Random): { notBefore?: string; expires?: string } {
    const from = this.now() + random.int(0, 20) * 60_000
    const isoOf = (ms: number): string => new Date(EPOCH + ms).toISOString()
    return {
      ...(random.hit(0.6) && { notBefore: isoOf(from) }),
      ...(random.hit(0.6) && { expires: isoOf(from + random.int(5, 120) * 60_000) }),
    }
  }

  /** One edit that users make, without thinking of what is going on meanwhile. Says what it was. */
  edit(random: Random): string {
    const want = random.pick(this.wants)
    const isOpen = want.oldName !== undefined
    const kind = random.pick(this.habits.changes ? CHANGES : EDITS)
    if (kind === 0) this.add(random)
    else if (kind === 1 && !isOpen && !want.isGone) {
      if (random.hit(0.5)) want.edits++
      this.raise(want)
    } else if (kind === 2 && !isOpen) {
      want.isGone = !want.isGone
      want.wasGone = true
      this.#gone.add(addressOf(want.kind, want.name))
    } else if (kind === 3 && !want.wasGone && want.formerly === undefined && !isOpen) {
      // Renamed and edited at once is a new job, unless somebody says otherwise.
      this.#rename(want, want.isEdited || random.hit(0.6))
    } else if (kind === 4 && isOpen) this.answer(want)
    else if (kind === 5 && !isOpen && !want.isGone) {
      want.edits++
      want.isEdited = true
      this.#write(want)
    } else if (kind === 6) want.hold = !want.hold
    else if (kind === 8 && want.kind === 'IotJob' && !isOpen && !want.isGone) this.annotate(want)
    else if (kind === 9 && this.habits.places && !isOpen && !want.isGone) {
      if (want.target === undefined) want.target = 'there'
      else delete want.target
      want.isEdited = true
    } else if (kind === 10 && this.habits.times) {
      delete want.notBefore
      delete want.expires
      Object.assign(want, this.#times(random))
    } else if (kind === 11 && factsOf(want.kind).named === 'by the caller' && !isOpen && !want.isGone) {
      this.choose(want, `${want.name}-own-${want.edits++}`)
      want.isEdited = true
    } else return 'touches nothing'
    return `${['adds', 'raises', 'removes or restores', 'renames', 'answers', 'edits', 'holds or frees', '', 'annotates', 'moves', 'times', 'names'][kind]} ${want.kind}/${want.name}`
  }

  /** An errand: something that AWS takes on, or the end of a job, while it runs. */
  change(random: Random): string {
    const want = random.pick(this.wants.filter(({ kind }) => kind === 'IotJob').concat(this.wants))
    if (want.oldName !== undefined) return 'touches nothing'
    if (want.isGone || random.hit(0.3)) {
      if (want.isGone) want.isGone = false
      else this.remove(want)
      return `removes or restores ${want.kind}/${want.name}`
    }
    if (want.kind === 'IotJob') this.annotate(want)
    return `annotates ${want.kind}/${want.name}`
  }

  /** Wants the job once more. */
  raise(want: Want, run = want.run + 1): void {
    want.run = run
    want.isEdited = false
    this.#write(want)
  }

  /** Chooses the ID of a job. */
  choose(want: Want, id: string): void {
    want.ownId = id
    this.#write(want)
  }

  /** The want whose spec has an address now. */
  wantAt(address: string): Want | undefined {
    return this.wants.find(({ kind, name }) => addressOf(kind, name) === address)
  }

  /** Lets a job that is there be taken over. */
  takeOver(want: Want): void {
    want.adopt = true
  }

  /** Writes what was submitted again. */
  revert(want: Want, request: JsonObject): void {
    want.request = request
    want.isReverted = true
    this.#wishes.set(request, { of: this.name, who: want.who, run: want.run })
    want.isEdited = false
  }

  /** Whose wish a request is, if it is anybody's. */
  mayWish(request: JsonObject): Wish | undefined {
    return this.#wishes.get(request)
  }

  /** A spec under a new name is another job: the one under the old name is gone. */
  part(want: Want): void {
    const { oldName } = want
    if (oldName === undefined) return
    const who = this.wants.length
    const { oldName: _oldName, formerly: _formerly, ...rest } = want
    const other: Want = { ...rest, who, request: { ...want.request }, wasGone: false }
    this.wants.push(other)
    want.name = oldName
    delete want.oldName
    want.isGone = true
    this.#wishes.set(other.request, { of: this.name, who, run: other.run })
    this.#owners.set(addressOf(other.kind, other.name), who)
  }

  /** An edit that AWS takes on while the job runs. */
  annotate(want: Want): void {
    want.notes++
    this.#write(want)
  }

  /** Takes a spec away. */
  remove(want: Want): void {
    want.isGone = true
    want.wasGone = true
    this.#gone.add(addressOf(want.kind, want.name))
  }

  /** The word that a renamed spec was waiting for. */
  answer(want: Want): void {
    if (want.oldName === undefined) return
    want.formerly = want.oldName
    delete want.oldName
  }

  /** Everybody who holds a job lets it go, and every open question is answered. */
  settle(): void {
    for (const want of this.wants) {
      want.hold = false
      this.answer(want)
    }
  }

  /** Commits the specs as they are now. */
  commit(): void {
    this.commits.push(this.wants.filter(({ isGone }) => !isGone).map((want) => this.#specOf(want)))
  }

  #rename(want: Want, isSaid: boolean): void {
    this.#gone.add(addressOf(want.kind, want.name))
    if (isSaid) want.formerly = want.name
    else {
      want.oldName = want.name
      // Until somebody says that it goes on, its spec was removed; with another request it even looks like another job's.
      want.wasGone = true
    }
    want.name = `${want.name}-b`
  }

  #write(want: Want): void {
    const what = this.name === 'ours' || factsOf(want.kind).mark === 'tag' ? '' : `${this.name}-`
    const request = requestFor(want.kind, `${want.who}-${what}${want.edits}`)
    want.request = {
      ...request,
      ...(want.notes > 0 && { description: `note ${want.notes}` }),
      ...(want.ownId !== undefined && { [idMemberOf(want.kind)]: want.ownId }),
    }
    this.#wishes.set(want.request, { of: this.name, who: want.who, run: want.run })
  }

  #specOf(want: Want): Spec {
    const { kind, name, run, hold, isCancelled, formerly, request, after, target, adopt, notBefore, expires } = want
    this.#owners.set(addressOf(kind, name), want.who)
    const file = `specs/${name}.yaml`
    const upload = isUpload(request)
      ? { file: 'prices.csv', path: '/repo/prices.csv', bytes: 0, modifiedMs: 0, md5: MD5 }
      : undefined
    const first = after && this.wants[after.who]
    return {
      address: addressOf(kind, name),
      kind,
      name,
      labels: {},
      ...(formerly !== undefined && { formerly }),
      policy: {
        run,
        hold,
        adopt,
        allowIdentical: false,
        maxFailedPercent: 0,
        ...(target !== undefined && { target }),
        ...(notBefore !== undefined && { notBefore }),
        ...(expires !== undefined && { expires }),
        ...(isCancelled && { onRemove: 'cancel' as const }),
        ...(upload && { upload: '../prices.csv' }),
        // Who takes a spec away takes the words away that name it.
        ...(first && !first.isGone && { dependsOn: [{ job: addressOf(first.kind, first.name), when: after.when }] }),
      },
      ...(upload && { upload }),
      request,
      files: [file],
      place: { file, line: 1, column: 1, endLine: 1, endColumn: 1 },
      index: 0,
    }
  }
}
