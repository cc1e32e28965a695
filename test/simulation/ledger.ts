import type { Address } from '../../src/model/address.ts'
import type { JsonObject } from '../../src/model/json.ts'
import type { Spec } from '../../src/model/spec.ts'
import { factsOf } from './aws-facts.ts'
import { addressOf } from './places.ts'
import type { Random } from './random.ts'
import { isUpload, MD5, requestFor } from './requests.ts'
import type { Wish } from './services.ts'

const KINDS = ['IotJob', 'MediaPackageHarvestJob', 'DataExchangeJob', 'PinpointExportJob', 'ImportExportJob'] as const

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
}

/** What users committed, commit by commit, and whose wish each request is. */
export class Ledger {
  /** A text that no disk, remote or event may ever hold. */
  readonly secret = 'AKIACANARYCANARY'
  readonly wants: Want[] = []
  readonly commits: (readonly Spec[])[] = []
  readonly #wishes = new WeakMap<JsonObject, Wish>()
  readonly #gone = new Set<Address>()

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
    for (const commit of this.commits) {
      const spec = commit.find((one) => one.address === address)
      if (spec) return this.wishOf(spec.request).who
    }
    return undefined
  }

  /** Someone wants one more job. */
  add(random: Random, kind: string = random.pick(KINDS)): void {
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
      isCancelled: factsOf(kind).cancels !== 'never' && random.hit(0.4),
      ...(who > 0 &&
        random.hit(0.25) && { after: { who: random.int(0, who - 1), when: random.pick(['finished', 'succeeded']) } }),
      isEdited: false,
      request: {},
    }
    this.wants.push(want)
    this.#write(want)
  }

  /** One edit that users make, without thinking of what is going on meanwhile. Says what it was. */
  edit(random: Random): string {
    const want = random.pick(this.wants)
    const isOpen = want.oldName !== undefined
    const kind = random.int(0, 8)
    if (kind === 0) this.add(random)
    else if (kind === 1 && !isOpen && !want.isGone) {
      want.run++
      if (random.hit(0.5)) want.edits++
      want.isEdited = false
      this.#write(want)
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
    else return 'touches nothing'
    return `${['adds', 'raises', 'removes or restores', 'renames', 'answers', 'edits', 'holds or frees', '', 'annotates'][kind]} ${want.kind}/${want.name}`
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
      // Until somebody says that it goes on, its spec is gone; with another request it even looks like another job's.
      want.wasGone = true
    }
    want.name = `${want.name}-b`
  }

  #write(want: Want): void {
    const request = requestFor(want.kind, `${want.who}-${want.edits}`)
    want.request = want.notes === 0 ? request : { ...request, description: `note ${want.notes}` }
    this.#wishes.set(want.request, { who: want.who, run: want.run })
  }

  #specOf({ kind, name, run, hold, isCancelled, formerly, request, after }: Want): Spec {
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
        adopt: false,
        allowIdentical: false,
        maxFailedPercent: 0,
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
