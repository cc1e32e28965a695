import type { Event } from '../../model/event.ts'
import type { ExitCode } from '../../model/exit-code.ts'
import type { State } from '../../model/state.ts'
import { type Reconciled, reconcile } from '../../reconcile/reconcile.ts'
import { describeGivingUp } from '../../report/gave-up-text.ts'
import { assertOnly } from '../../session/assert-only.ts'
import type { CommonOptions, Host } from '../../session/host.ts'
import type { Printer } from '../../session/printer.ts'
import { openProjectStore } from '../../session/project.ts'
import { createInput, createLoop, listPlanDiagnostics, openSessionWorld, type Session } from '../../session/session.ts'
import { createStale } from '../reconcile/reconcile.ts'

/**
 * Follows recorded jobs until they are terminal and writes their statuses, as `reconcile --wait` does. Creates, starts and changes nothing.
 * Holds the state meanwhile. Returns the final state and every exit code that applies.
 */
export async function followInSession(
  session: Session,
  options: CommonOptions & { readonly timeoutMs?: number },
  host: Host,
  out: Printer,
): Promise<{ readonly state: State | undefined; readonly outcomes: readonly ExitCode[] }> {
  const store = await openProjectStore(session.project, options).open()
  try {
    assertOnly(options, session.loaded, store.state)
    const world = await openSessionWorld(session, store.state, options, host)
    const emit = (event: Event): void => {
      if (event.type !== 'planned') out.event(event, session.clock.now())
    }
    let result: Reconciled
    try {
      const { source: _source, ...input } = await createInput(session, store.state, options)
      result = await reconcile(input, {
        ...createLoop(session, host),
        world,
        store,
        emit,
        wait: true,
        readOnly: true,
        settleMs: 0,
        timeoutMs: options.timeoutMs,
      })
    } finally {
      world.close()
    }
    out.settle()
    tell(result, session, out)
    return { state: store.state, outcomes: result.outcomes }
  } finally {
    await store.close()
  }
}

function tell({ plan, stale, gaveUp }: Reconciled, session: Session, out: Printer): void {
  const now = session.clock.now()
  out.diagnostics(
    [
      ...listPlanDiagnostics(plan, session.loaded),
      ...(stale === undefined ? [] : [createStale(stale)]),
      ...(gaveUp ? [describeGivingUp(gaveUp, now)] : []),
    ],
    now,
  )
}
