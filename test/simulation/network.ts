import type { Watch } from '../../src/aws/watch.ts'
import { Abandoned } from '../../src/aws/watch.ts'
import type { Process } from './machine.ts'
import { ServiceFault, wallOf } from './services.ts'

/** How long after its time of signing a service accepts a request. */
const SIGNATURE_MS = 300_000
const REQUEST_TIMEOUT_MS = 30_000

/** One write or read on its way. */
export type Exchange<Value> = {
  readonly label: string
  /** What the service does when the request arrives; throws a ServiceFault. */
  readonly execute: () => Value
  readonly signal: AbortSignal | undefined
  /** What a careless service repeats in its messages. */
  readonly echo?: string
  /** For writes. */
  readonly watch?: Watch | undefined
  /** Told of a write in the very moment in which it leaves; what it returns is called when it arrives. */
  readonly onLeave?: (signedAt: number) => () => void
}

/** What becomes of a request, decided when it leaves. */
type Fate =
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

/** Sends one signed request and brings its answer, as the SDK would, in a network where everything can go wrong. */
export async function exchange<Value>(process: Process, asked: Exchange<Value>): Promise<Value> {
  const { setting, machine } = process
  const { random, rates } = setting
  const { label, signal, watch } = asked
  const signedAt = await process.effect(`${label} is signed`, random.int(1, 3), () => wallOf(machine, setting))
  if (watch) {
    if (signal?.aborted || !watch.mayStillSend()) throw new Abandoned()
    watch.handed = true
  }
  const isRefused = random.hit(rates.refused)
  const onArrive = await process.effect(`${label} connects`, random.int(5, 50), () => {
    if (isRefused) throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
    if (watch) watch.connected = true
    return asked.onLeave?.(signedAt)
  })
  return answered(process, asked, signedAt, onArrive ?? (() => {}))
}

/** The part beyond the process: what arrives is carried out even if nobody waits for it any more. */
function answered<Value>(
  process: Process,
  { label, execute, signal, watch, echo = 'no' }: Exchange<Value>,
  signedAt: number,
  onArrive: () => void,
): Promise<Value> {
  const { time, random, log } = process.setting
  const fate = fateOf(process, watch !== undefined)
  if (fate !== 'fine') process.setting.count(`request ${fate}`)
  const arrival = fate === 'late' ? random.int(1_000, 600_000) : random.int(10, 400)
  return new Promise((resolve, reject) => {
    const answer = (settle: () => void, status?: number): void =>
      process.after(random.int(10, 200), () => {
        if (status !== undefined && watch) watch.status = status
        log(`${process.name} ${label} is answered (${fate}${status === undefined ? '' : `, ${status}`})`)
        settle()
      })
    const arrive = (): void => {
      if (fate === 'lost') return
      onArrive()
      // A service looks at the signature before anything else.
      if (Math.abs(time.now - signedAt) > SIGNATURE_MS) {
        return answer(() => reject(new ServiceFault('InvalidSignatureException', 403)), 403)
      }
      const early = refusal(fate, echo)
      if (early) return answer(() => reject(early.error), early.status)
      let outcome: { readonly value: Value } | { readonly fault: unknown }
      try {
        outcome = { value: execute() }
      } catch (fault) {
        outcome = { fault }
      }
      if (fate === 'answer lost') return answer(() => reject(errno('ECONNRESET')))
      if (fate === 'fails after') return answer(() => reject(new ServiceFault('InternalServerError', 500, echo)), 500)
      if (fate === 'proxy') return answer(() => reject(unnamed(403)), 403)
      if (fate === 'cut') return answer(() => reject(new SyntaxError('Unexpected end of JSON input')), 200)
      if ('value' in outcome) return answer(() => resolve(outcome.value), 200)
      const { fault } = outcome
      return answer(() => reject(fault), fault instanceof ServiceFault ? fault.$metadata.httpStatusCode : 500)
    }
    time.after(arrival, arrive)
    process.after(REQUEST_TIMEOUT_MS, () => reject(Object.assign(new Error('timed out'), { name: 'TimeoutError' })))
    const abort = (): void => reject(Object.assign(new Error('aborted'), { name: 'AbortError' }))
    if (signal?.aborted) abort()
    else signal?.addEventListener('abort', abort, { once: true })
  })
}

function fateOf({ setting: { random, rates } }: Process, isWrite: boolean): Fate {
  const share = isWrite ? 1 : 0.3
  if (random.hit(rates.lostRequest * share)) return 'lost'
  if (isWrite && random.hit(rates.late)) return 'late'
  if (random.hit(rates.lostResponse * share)) return 'answer lost'
  if (random.hit(rates.failBefore * share)) return 'fails before'
  if (random.hit(rates.failAfter * share)) return 'fails after'
  if (isWrite && random.hit(rates.proxyError)) return 'proxy'
  if (random.hit(rates.cutAnswer * share)) return 'cut'
  if (random.hit(rates.throttle)) return 'throttle'
  return isWrite && random.hit(rates.quota) ? 'quota' : 'fine'
}

/** Refusals before anything was done. */
function refusal(fate: Fate, echo: string): { readonly error: unknown; readonly status: number } | undefined {
  if (fate === 'fails before') return { error: new ServiceFault('ServiceUnavailable', 503, echo), status: 503 }
  if (fate === 'throttle') return { error: new ServiceFault('ThrottlingException', 429, echo), status: 429 }
  if (fate === 'quota') return { error: new ServiceFault('ServiceQuotaExceededException', 402, echo), status: 402 }
  return undefined
}

/** An error page that no service signed: the request behind it may have gone through. */
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
