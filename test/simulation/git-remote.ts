import { hash } from 'node:crypto'
import type { Git, GitResult } from '../../src/system/git.ts'
import { EPOCH, type Machine, type Process } from './machine.ts'

/** The state's branch in a remote repository, and every object ever created. */
export class GitRemote {
  head: string | undefined
  readonly #heads: string[] = []
  readonly #objects = new Map<string, string>()
  /** The objects of each machine's clone. */
  readonly #clones = new Map<Machine, Set<string>>()
  /** Called with every text that is written. */
  onWrite: (text: string) => void = () => {}
  /** Called when the branch has moved. */
  onMove: () => void = () => {}

  /** The state in a commit, by default the head. */
  text(commit = this.head): string | undefined {
    const tree = commit === undefined ? undefined : this.#objects.get(commit)?.split(' ')[1]
    const blob = tree === undefined ? undefined : this.#objects.get(tree)?.split(' ')[2]?.split('\t')[0]
    return blob === undefined ? undefined : this.#objects.get(blob)
  }

  /** The head this many moves ago. */
  earlier(moves: number): string | undefined {
    return this.#heads[this.#heads.length - 1 - moves]
  }

  /** Moves the branch, on anybody's behalf. Undefined deletes it. */
  move(commit: string | undefined): void {
    this.head = commit
    if (commit !== undefined) this.#heads.push(commit)
    this.onMove()
  }

  /** Moves the branch to a new commit with this text. */
  moveTo(text: string | undefined): void {
    this.move(text === undefined ? undefined : this.#commitOf(text))
  }

  #commitOf(text: string): string {
    const tree = this.#keep('tree', `100644 blob ${this.#keep('blob', text)}\tjobs.state.json\0`)
    return this.#keep('commit', `tree ${tree} parent at 0 by hand`)
  }

  #keep(kind: string, text: string): string {
    const id = hash('sha1', `${kind} ${text}`, 'hex')
    this.#objects.set(id, text)
    return id
  }

  /** Git in a machine's clone, started by a process. Each command is one effect; a power cut loses no object. */
  gitOf(process: Process): Git {
    const clone = this.#clones.get(process.machine) ?? new Set<string>()
    this.#clones.set(process.machine, clone)
    const { setting } = process
    return (args, options = {}) => {
      const [command = ''] = args
      const ms = setting.random.int(5, 15)
      if (command === 'push') return this.#push(process, args)
      if (command === 'ls-remote' || command === 'fetch') {
        return process.effect(`git ${command}`, setting.random.int(80, 600), () => {
          if (setting.random.hit(setting.rates.remoteDown)) return failure('could not resolve host')
          return command === 'fetch' ? this.#fetch(clone) : this.#list(process)
        })
      }
      return process.effect(`git ${command}`, ms, () => this.#local(process, clone, args, options.input ?? ''))
    }
  }

  #list({ setting: { random, rates } }: Process): GitResult {
    const head = random.hit(rates.remoteStale) ? (this.earlier(1) ?? this.head) : this.head
    return ok(head === undefined ? '' : `${head}\trefs/heads/jobwright-state\n`)
  }

  #fetch(clone: Set<string>): GitResult {
    for (const id of this.#objects.keys()) clone.add(id)
    return ok('')
  }

  /**
   * A push compares and moves in one step at the remote. Its request or its answer may be lost, or it may arrive after
   * its process has ended.
   */
  async #push(process: Process, args: readonly string[]): Promise<GitResult> {
    const { random, rates, time } = process.setting
    const lease = args.find((arg) => arg.startsWith('--force-with-lease='))?.split(':')[1]
    const next = args.at(-1)?.split(':')[0] ?? ''
    const move = (): GitResult => {
      // Git checks this first: a branch that is already at the commit is up to date, whatever the lease says.
      if (this.head === next) return ok('up to date')
      if (lease !== undefined && lease !== (this.head ?? ''))
        return { code: 1, stdout: '!\tx:y\t[rejected] (stale info)\n', stderr: '' }
      this.move(next)
      process.wroteAt = process.effects
      return ok('')
    }
    const isLost = random.hit(rates.pushLost)
    const isLate = !isLost && random.hit(rates.pushLate)
    const answerIsLost = random.hit(rates.pushAnswerLost)
    if (isLost) process.setting.count('push lost')
    else if (isLate) process.setting.count('push late')
    else if (answerIsLost) process.setting.count('answer to a push lost')
    await process.effect('git push leaves', random.int(20, 200), () => {
      if (isLate) time.after(random.int(1_000, 120_000), () => void move())
    })
    return process.effect(`git push ${next.slice(0, 8)}`, random.int(100, 1_500), () => {
      if (isLost || isLate) return failure('the remote end hung up')
      const result = move()
      return answerIsLost ? failure('the remote end hung up unexpectedly') : result
    })
  }

  #local(process: Process, clone: Set<string>, args: readonly string[], input: string): GitResult {
    const [command, ...rest] = args
    const keep = (kind: string, text: string): GitResult => {
      const id = this.#keep(kind, text)
      clone.add(id)
      return ok(`${id}\n`)
    }
    switch (command) {
      case 'rev-parse':
        return ok(rest[0] === '--git-common-dir' ? '.git\n' : 'false\n')
      case 'config':
        // One remote, which pushes to where it reads from.
        if (rest.at(-1)?.includes('pushurl')) return { code: 1, stdout: '', stderr: '' }
        return ok('remote.origin.url\0')
      case 'update-ref':
        return ok('')
      case 'cat-file': {
        const [commit = '', name] = (rest[1] ?? '').split(/[:^]/)
        if (!clone.has(commit)) return failure('not a valid object name')
        if (name === 'jobs.state.json') {
          const text = this.text(commit)
          return text === undefined ? failure('path does not exist') : ok(text)
        }
        const id = commit
        return ok(rest[0] === '-e' ? '' : (this.#objects.get(id) ?? ''))
      }
      case 'ls-tree': {
        const id = (rest.at(-1) ?? '').split('^')[0] ?? ''
        if (!clone.has(id)) return failure('not a tree object')
        return ok(this.#objects.get(this.#objects.get(id)?.split(' ')[1] ?? '') ?? '')
      }
      case 'hash-object':
        this.onWrite(input)
        return keep('blob', input)
      case 'mktree':
        return keep('tree', input)
      case 'commit-tree': {
        const second = Math.floor((EPOCH + process.setting.time.now + process.machine.skew) / 1000)
        const parent = rest[rest.indexOf('-p') + 1]
        return keep('commit', `tree ${rest.at(-1)} parent ${rest.includes('-p') ? parent : ''} at ${second} ${input}`)
      }
      default:
        throw new Error(`git ${command} is not simulated`)
    }
  }
}

function ok(stdout: string): GitResult {
  return { code: 0, stdout, stderr: '' }
}

function failure(stderr: string): GitResult {
  return { code: 128, stdout: '', stderr }
}
