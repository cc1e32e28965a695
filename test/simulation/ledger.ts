import type { Address } from '../../src/model/address.ts'
import type { JsonObject } from '../../src/model/json.ts'
import type { Spec } from '../../src/model/spec.ts'
import { factsOf } from './aws-facts.ts'
import type { Traits } from './faults.ts'
import { EPOCH } from './machine.ts'
import { addressOf } from './places.ts'
import type { Random } from './random.ts'
import { assetIn, isUpload, MD5, requestFor } from './requests.ts'
import type { Wish } from './services.ts'

const KINDS = ['IotJob', 'MediaPackageHarvestJob', 'DataExchangeJob', 'PinpointExportJob', 'ImportExportJob'] as const
/** The same kinds, but more often those that AWS updates and cancels. */
const CHANGING = [...Array<'IotJob'>(20).fill('IotJob'), 'DataExchangeJob', ...KINDS] as const

/** A job that somebody wants, through all its edits. */
export type Want = {
  readonly who: number
  readonly kind: string
  name: string
  run: number
  hold: boolean
  isGone: boolean
  /** It was once removed, under this or another name. */
  wasGone: boolean
  formerly?: string
  /** The old name of a renamed spec, until somebody confirms the rename. */
  oldName?: string
  edits: number
  /** How often a supported update was edited. */
  notes: number
  /** Its unfinished job must end with its spec. */
  readonly isCancelled: boolean
  /** It waits for another one's job, until that ends or succeeds. */
  readonly after?: { readonly who: number; readonly when: 'succeeded' | 'finished' }
  /** Its request has changed since the run was first asked for. */
  isEdited: boolean
  request: JsonObject
  /** The name of its target; by default the default target. */
  target?: string
  /** The job ID that its users chose; by default the name's. */
  ownId?: string
  /** An existing job may be adopted. */
  adopt: boolean
  /** Another spec with the same request is another job. */
  allowIdentical: boolean
  /** Somebody restored its old text. */
  isReverted?: true
  notBefore?: string
  expires?: string
  /** How often the place of its exported asset was changed. Missing: nobody wants the asset. */
  saves?: number
}

/** Where the recorded job of a want is. */
export type Standing = 'unknown' | 'running' | 'over'

/** The habits of users. */
export type Habits = Pick<Traits, 'people' | 'places' | 'times' | 'changes'>

/** Kinds of edits, by number. Where jobs change often, supported updates are more frequent. */
const EDITS = [0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 8, 9, 10, 11, 12, 13]
const CHANGES = [...EDITS, 2, 2, 8, 8, 8]

/** The member of a request that holds the caller's job ID. */
function idMemberOf(kind: string): string {
  return kind === 'IotJob' ? 'jobId' : 'Id'
}

/** The ID in a request, as a member. */
function ownIdOf(kind: string, request: JsonObject): JsonObject {
  const member = idMemberOf(kind)
  return request[member] === undefined ? {} : { [member]: request[member] }
}

/** What users committed, commit by commit, and the wish behind each request. */
export class Ledger {
  /** A text that no disk, remote or event may ever contain. */
  readonly secret = 'AKIACANARYCANARY'
  readonly wants: Want[] = []
  readonly commits: (readonly Spec[])[] = []
  readonly name: string
  habits: Habits = { people: false, places: false, times: false, changes: false }
  /** The world's time in milliseconds, for times that users write. */
  now: () => number = () => 0
  readonly #wishes = new WeakMap<JsonObject, Wish>()
  readonly #gone = new Set<Address>()
  /** Every address that a spec ever had, and its owner. */
  readonly #owners = new Map<Address, number>()

  constructor(name: string) {
    this.name = name
  }

  /** A spec's request after an uncommitted edit of its file. */
  uncommitted(spec: Spec): Spec {
    const wish = this.wishOf(spec.request)
    const request =
      spec.kind === 'IotJob'
        ? { ...spec.request, description: 'never committed' }
        : { ...requestFor(spec.kind, `${wish.who}-never`), ...ownIdOf(spec.kind, spec.request) }
    this.#wishes.set(request, { ...wish, isUncommitted: true })
    return { ...spec, request }
  }

  /** The wish behind a request. */
  wishOf(request: JsonObject): Wish {
    const wish = this.#wishes.get(request)
    if (!wish) throw new Error('a request that nobody wrote was sent')
    return wish
  }

  /** True if a spec of this address was ever removed or renamed. */
  wasEverGone(address: Address): boolean {
    return this.#gone.has(address)
  }

  /** The owner of the spec that is or was at an address. */
  whoAt(address: Address): number | undefined {
    return this.#owners.get(address)
  }

  /** Adds a wanted job. */
  add(random: Random, kind: string = random.pick(this.habits.changes ? CHANGING : KINDS)): void {
    const who = this.wants.length
    this.#enter({
      ...this.#plain(kind),
      isCancelled: factsOf(kind).cancels !== 'never' && random.hit(this.habits.changes ? 0.9 : 0.7),
      ...(who > 0 &&
        random.hit(0.25) && { after: { who: random.int(0, who - 1), when: random.pick(['finished', 'succeeded']) } }),
      adopt: this.habits.people && random.hit(0.3),
      ...(this.habits.places && random.hit(0.4) && { target: 'there' }),
      ...(this.habits.times && random.hit(0.4) && this.#times(random)),
    })
  }

  /** Adds a wanted job without conditions. `isCancelled`: it ends with its spec. */
  addPlain(kind: string, isCancelled = false): Want {
    return this.#enter({ ...this.#plain(kind), isCancelled })
  }

  #plain(kind: string): Want {
    const who = this.wants.length
    return {
      who,
      kind,
      name: `job-${who}`,
      run: 1,
      hold: false,
      isGone: false,
      wasGone: false,
      edits: 0,
      notes: 0,
      isCancelled: false,
      isEdited: false,
      request: {},
      adopt: false,
      allowIdentical: false,
    }
  }

  #enter(want: Want): Want {
    this.wants.push(want)
    this.#write(want)
    if (assetIn(want.request) !== undefined) want.saves = 0
    return want
  }

  /** Times that users write: a start, an end, or both. */
  #times(random: Random): { notBefore?: string; expires?: string } {
    const from = this.now() + random.int(0, 20) * 60_000
    const isoOf = (ms: number): string => new Date(EPOCH + ms).toISOString()
    return {
      ...(random.hit(0.6) && { notBefore: isoOf(from) }),
      ...(random.hit(0.6) && { expires: isoOf(from + random.int(5, 120) * 60_000) }),
    }
  }

  /** Makes one user edit, regardless of what is running. Returns a description. */
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
      // A spec that is renamed and edited at once is a new job, unless somebody says otherwise. So is one that may be
      // identical to another.
      this.#rename(want, want.isEdited || want.allowIdentical || random.hit(0.6))
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
    } else if (kind === 12 && this.#isDistinct(want) && !isOpen && !want.isGone) this.#copy(want, random.hit(0.5))
    else if (kind === 13 && want.saves !== undefined) this.saveElsewhere(want)
    else return 'touches nothing'
    return `${['adds', 'raises', 'removes or restores', 'renames', 'answers', 'edits', 'holds or frees', '', 'annotates', 'moves', 'times', 'names', 'copies', 'saves elsewhere'][kind]} ${want.kind}/${want.name}`
  }

  /**
   * Makes supported updates, ends running jobs, and asks for new ones in place of those that ended. `ends`: how likely it
   * ends one.
   */
  change(random: Random, standingOf: (want: Want) => Standing, ends: number): string {
    const wants = this.wants.filter(
      ({ kind, oldName }) => oldName === undefined && (kind === 'IotJob' || random.hit(0.1)),
    )
    for (const want of wants) {
      const standing = standingOf(want)
      if (want.isGone && standing === 'over' && random.hit(0.2)) {
        want.isGone = false
        this.raise(want)
      } else if (want.isGone || standing !== 'running') continue
      else if (random.hit(ends)) this.remove(want)
      else if (want.kind === 'IotJob') this.annotate(want)
    }
    return `annotates, removes or restores ${wants.map(({ name }) => name).join(', ')}`
  }

  /** Asks for another run of the job. */
  raise(want: Want, run = want.run + 1): void {
    want.run = run
    want.isEdited = false
    this.#write(want)
  }

  /** Chooses a job's ID. */
  choose(want: Want, id: string): void {
    want.ownId = id
    this.#write(want)
  }

  /** Names another place for the exported asset. */
  saveElsewhere(want: Want): void {
    want.saves = (want.saves ?? 0) + 1
  }

  /** The place of the exported asset, if somebody wants it. */
  fileOf({ who, saves }: Want): string | undefined {
    return saves === undefined ? undefined : `out/${this.name}-${who}-${saves}.csv`
  }

  /** The want whose spec is now at an address. */
  wantAt(address: string): Want | undefined {
    return this.wants.find(({ kind, name }) => addressOf(kind, name) === address)
  }

  /** The want whose spec is or was at an address. */
  ownerOf(address: string): Want | undefined {
    return this.wants.find(({ who }) => who === this.#owners.get(address as Address))
  }

  /** Allows an existing job to be adopted. */
  takeOver(want: Want): void {
    want.adopt = true
  }

  /** Restores the submitted request. */
  revert(want: Want, request: JsonObject): void {
    want.request = request
    want.isReverted = true
    this.#wishes.set(request, { of: this.name, who: want.who, run: want.run })
    want.isEdited = false
  }

  /** The wish behind a request, if there is one. */
  mayWish(request: JsonObject): Wish | undefined {
    return this.#wishes.get(request)
  }

  /**
   * A spec under a new name is another job; the old name's spec is removed. Commits already hold the new spec, so it
   * keeps the request.
   */
  part(want: Want): void {
    const { oldName } = want
    if (oldName === undefined) return
    const who = this.wants.length
    const { oldName: _oldName, formerly: _formerly, ...rest } = want
    const other: Want = { ...rest, who, wasGone: false }
    this.wants.push(other)
    const wish = this.wishOf(want.request)
    want.request = { ...want.request }
    this.#wishes.set(want.request, wish)
    want.name = oldName
    delete want.oldName
    want.isGone = true
    this.#wishes.set(other.request, { of: this.name, who, run: other.run })
    this.#owners.set(addressOf(other.kind, other.name), who)
  }

  /** True if a read tells a spec's job from the job of an identical spec. */
  #isDistinct({ kind, ownId, formerly }: Want): boolean {
    const { named, mark } = factsOf(kind)
    return (named === 'by the caller' || mark === 'manifest') && ownId === undefined && formerly === undefined
  }

  /** Copies a spec to a new name, as another job. Its users may remove the old one at once. */
  #copy(want: Want, isOnly: boolean): void {
    const who = this.wants.length
    want.allowIdentical = true
    const other: Want = {
      ...want,
      who,
      name: `job-${who}`,
      request: { ...want.request },
      wasGone: false,
      isGone: false,
    }
    this.wants.push(other)
    this.#wishes.set(other.request, { of: this.name, who, run: other.run })
    if (isOnly) this.remove(want)
  }

  /** Makes an edit that AWS supports while the job runs. */
  annotate(want: Want): void {
    want.notes++
    this.#write(want)
  }

  /** Removes a spec. */
  remove(want: Want): void {
    want.isGone = true
    want.wasGone = true
    this.#gone.add(addressOf(want.kind, want.name))
  }

  /** Confirms a rename. */
  answer(want: Want): void {
    if (want.oldName === undefined) return
    want.formerly = want.oldName
    delete want.oldName
  }

  /** Releases every held job and answers every open question. */
  settle(): void {
    for (const want of this.wants) {
      want.hold = false
      this.answer(want)
    }
  }

  /** Commits the current specs. */
  commit(): void {
    this.commits.push(this.wants.filter(({ isGone }) => !isGone).map((want) => this.#specOf(want)))
  }

  #rename(want: Want, isSaid: boolean): void {
    this.#gone.add(addressOf(want.kind, want.name))
    if (isSaid) want.formerly = want.name
    else {
      want.oldName = want.name
      // Until somebody confirms the rename, its spec counts as removed. With another request, it even looks like
      // another job's.
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
    const { kind, name, run, hold, isCancelled, formerly, request, after, target, adopt, allowIdentical } = want
    const { notBefore, expires } = want
    this.#owners.set(addressOf(kind, name), want.who)
    const file = `specs/${name}.yaml`
    const upload = isUpload(request)
      ? { file: 'prices.csv', path: '/repo/prices.csv', bytes: 0, modifiedMs: 0, md5: MD5 }
      : undefined
    const saved = this.fileOf(want)
    const download = saved === undefined ? undefined : { file: saved, root: '/repo', isThere: false }
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
        allowIdentical,
        maxFailedPercent: 0,
        ...(target !== undefined && { target }),
        ...(notBefore !== undefined && { notBefore }),
        ...(expires !== undefined && { expires }),
        ...(isCancelled && { onRemove: 'cancel' as const }),
        ...(upload && { upload: '../prices.csv' }),
        ...(download && { download: `../${download.file}` }),
        // Whoever removes a spec also removes the references to it.
        ...(first && !first.isGone && { dependsOn: [{ job: addressOf(first.kind, first.name), when: after.when }] }),
      },
      ...(upload && { upload }),
      ...(download && { download }),
      request,
      files: [file],
      place: { file, line: 1, column: 1, endLine: 1, endColumn: 1 },
      index: 0,
    }
  }
}
