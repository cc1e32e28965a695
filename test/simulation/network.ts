import type { Sending } from '../../src/aws/sending.ts'
import { Abandoned } from '../../src/aws/sending.ts'
import { FACTS } from './aws-facts.ts'
import type { Process } from './machine.ts'
import { ServiceFault, wallOf } from './services.ts'

const REQUEST_TIMEOUT_MS = 30_000

/** A write or read in transit. */
export type Exchange<Value> = {
  readonly label: string
  /** How long after signing the service accepts it. */
  readonly signatureMs: number
  readonly signatureFactor: number
  /** The service's action when the request arrives; throws a ServiceFault. */
  readonly execute: () => Value
  /** The action when it arrives again; by default the same. */
  readonly again?: () => Value
  readonly signal: AbortSignal | undefined
  /** The text that a careless service repeats in its messages. */
  readonly echo?: string
  /** For writes. */
  readonly sending?: Sending | undefined
  /** Called with a write at the moment it is sent. The result receives its outcome. */
  readonly onLeave?: (signedAt: number) => Leaving | undefined
}

/** Receives the outcome of a write. */
export type Leaving = {
  /** It arrives. */
  arrived(): void
  /** Its process gets the outcome from the service. */
  heard(): void
}

/** The outcome of a request, decided when it is sent. */
export type Fate =
  | 'fine'
  | 'lost'
  | 'answer lost'
  | 'late'
  | 'fails before'
  | 'fails after'
  | 'proxy'
  | 'cut'
  | 'throttle'
  | 'quota'
  | 'repeat'
  | 'repeat, and lost'

/** Sends one signed request and returns its answer, like the SDK, in a network where everything can go wrong. */
export async function exchange<Value>(process: Process, asked: Exchange<Value>): Promise<Value> {
  const { setting, machine } = process
  const { random, rates } = setting
  const { label, signal, sending } = asked
  const signedAt = await process.effect(`${label} is signed`, random.int(1, 3), () => wallOf(machine, setting))
  if (sending) {
    if (signal?.aborted || !sending.mayStillSend()) throw new Abandoned()
    sending.handed = true
  }
  const isRefused = random.hit(rates.refused)
  const onArrive = await process.effect(`${label} connects`, random.int(5, 50), () => {
    if (isRefused) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
    if (sending) sending.connected = true
    return asked.onLeave?.(signedAt)
  })
  return answered(process, asked, signedAt, onArrive)
}

/** The part outside the process: a request that arrives is carried out even if nobody waits for it. */
function answered<Value>(
  process: Process,
  asked: Exchange<Value>,
  signedAt: number,
  leaving: Leaving | undefined,
): Promise<Value> {
  const { label, signatureMs, signatureFactor, execute, signal, sending, echo = 'no' } = asked
  const { time, random, log } = process.setting
  const fate = (leaving && process.setting.createFate) ?? fateOf(process, asked)
  if (fate !== 'fine') process.setting.count(`request ${fate}`)
  const arrival = fate === 'late' ? lateness(process, signatureMs) : random.int(10, 400)
  return new Promise((resolve, reject) => {
    const arrive = (): void => {
      if (fate === 'lost') return
      leaving?.arrived()
      const sentAt = time.now
      // A service checks the signature first.
      const isOld = Math.abs(time.now - signedAt) > signatureMs * signatureFactor
      const reaction: Reaction<Value> = isOld
        ? failing(new ServiceFault('InvalidSignatureException', 403), 403)
        : (refusal(fate, echo) ?? mangled(fate, echo, fate.startsWith('repeat') ? repeated(asked) : executed(execute)))
      process.after(random.int(10, 200), () => {
        if (reaction.status !== undefined && sending) sending.status = reaction.status
        if (reaction.status !== undefined) process.hearTime(sentAt)
        if (isClear(reaction)) leaving?.heard()
        log(`${process.name} ${label} is answered (${fate}, ${reaction.status ?? 'no status'})`)
        if ('value' in reaction) resolve(reaction.value)
        else reject(reaction.error)
      })
    }
    time.after(arrival, arrive)
    process.after(REQUEST_TIMEOUT_MS, () => reject(Object.assign(new Error('timed out'), { name: 'TimeoutError' })))
    const abort = (): void => reject(Object.assign(new Error('aborted'), { name: 'AbortError' }))
    if (signal?.aborted) abort()
    else signal?.addEventListener('abort', abort, { once: true })
  })
}

function fateOf({ setting: { random, rates } }: Process, { sending, label }: Exchange<unknown>): Fate {
  const isWrite = sending !== undefined
  if (/^(Update|Cancel)/.test(label) && random.hit(rates.stepLost)) return 'lost'
  const share = isWrite ? 1 : 0.3
  if (random.hit(rates.lostRequest * share)) return 'lost'
  if (isWrite && random.hit(rates.late)) return 'late'
  if (random.hit(rates.lostResponse * share)) return 'answer lost'
  if (random.hit(rates.failBefore * share)) return 'fails before'
  if (random.hit(rates.failAfter * share)) return 'fails after'
  if (isWrite && random.hit(rates.proxyError)) return 'proxy'
  if (random.hit(rates.cutAnswer * share)) return 'cut'
  if (random.hit(rates.throttle)) return 'throttle'
  if (isWrite && random.hit(rates.repeat)) return random.hit(rates.lostResponse) ? 'repeat, and lost' : 'repeat'
  return isWrite && random.hit(rates.quota) ? 'quota' : 'fine'
}

/** How late a request arrives; at the edge, as late as it is still accepted. */
function lateness({ setting: { random, isEdgy } }: Process, signatureMs: number): number {
  return isEdgy && random.hit(0.6) ? signatureMs - random.int(500, 5_000) : random.int(1_000, 600_000)
}

/** True if an answer shows for certain how its request ended. */
function isClear(reaction: Reaction<unknown>): boolean {
  if ('value' in reaction) return true
  return reaction.error instanceof ServiceFault && (reaction.status ?? 500) < 500 && !isTaken(reaction.error)
}

function isTaken({ name }: ServiceFault): boolean {
  return Object.values(FACTS).some(({ taken }) => taken?.name === name)
}

/** A proxy sends a request again. The second answer counts if there is one. */
function repeated<Value>({ execute, again = execute }: Pick<Exchange<Value>, 'execute' | 'again'>): Reaction<Value> {
  executed(execute)
  return executed(again)
}

/** What the caller gets. No status: the connection broke before an answer's head. */
type Reaction<Value> =
  | { readonly value: Value; readonly status: number }
  | { readonly error: unknown; readonly status: number | undefined }

function failing(error: unknown, status?: number): Reaction<never> {
  return { error, status }
}

/** Rejections before anything was done. */
function refusal(fate: Fate, echo: string): Reaction<never> | undefined {
  if (fate === 'fails before') return failing(new ServiceFault('ServiceUnavailable', 503, echo), 503)
  if (fate === 'throttle') return failing(new ServiceFault('ThrottlingException', 429, echo), 429)
  if (fate === 'quota') return failing(new ServiceFault('ServiceQuotaExceededException', 402, echo), 402)
  return undefined
}

function executed<Value>(execute: () => Value): Reaction<Value> {
  try {
    return { value: execute(), status: 200 }
  } catch (error) {
    return failing(error, error instanceof ServiceFault ? error.$metadata.httpStatusCode : 500)
  }
}

/** How the network changes the answer of a request that was carried out. */
function mangled<Value>(fate: Fate, echo: string, reaction: Reaction<Value>): Reaction<Value> {
  if (fate === 'answer lost' || fate === 'repeat, and lost') return failing(errno('ECONNRESET'))
  if (fate === 'fails after') return failing(new ServiceFault('InternalServerError', 500, echo), 500)
  if (fate === 'proxy') return failing(unnamed(403), 403)
  if (fate === 'cut') return failing(new SyntaxError('Unexpected end of JSON input'), 200)
  return reaction
}

/** An error page from no service: the request may have been carried out. */
function unnamed(status: number): Error {
  return Object.assign(new Error('Forbidden by proxy'), {
    name: 'Unknown',
    $fault: 'client',
    $metadata: { httpStatusCode: status },
  })
}

function errno(code: string): Error {
  return Object.assign(new Error(`socket hang up ${code}`), { code })
}
