/** When a virtual clock stood where, and how fast it goes: virtual milliseconds in a real one. */
export type VirtualTime = { readonly real: number; readonly virtual: number; readonly scale: number }

/** Runs before the program itself: `Date` tells the emulator's time. Timers and the monotonic clock stay as they are. */
const PRELOAD = `
const [real, virtual, scale] = process.env.PROOF_CLOCK.split(' ').map(Number)
const Real = Date
const now = () => Math.floor(virtual + (Real.now() - real) * scale)
globalThis.Date = new Proxy(Real, {
  construct: (target, given, of) => Reflect.construct(target, given.length === 0 ? [now()] : given, of === Date ? target : of),
  apply: () => new Real(now()).toString(),
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
})
`

/** Options of Node under which a program lives in the time that PROOF_CLOCK holds. */
export const IN_VIRTUAL_TIME: readonly string[] = ['--import', `data:text/javascript,${encodeURIComponent(PRELOAD)}`]

/** What PROOF_CLOCK has to be. */
export function clockVariable({ real, virtual, scale }: VirtualTime): string {
  return [real, virtual, scale].join(' ')
}
