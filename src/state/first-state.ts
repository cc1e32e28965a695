import { applyChanges, type State } from '../model/state.ts'
import type { OpenStore } from './store.ts'

/**
 * Opens an empty store as one that holds this empty state. The first commit stores the state together with its changes.
 * So nobody ever reads it without them.
 */
export function openWithFirstState(open: OpenStore, empty: State): OpenStore {
  let isStored = false
  return {
    get state() {
      return isStored ? open.state : empty
    },
    async commit(changes, message, options) {
      if (isStored) return open.commit(changes, message, options)
      const created = await open.create(applyChanges(empty, changes), { anew: true })
      isStored = created.is === 'committed'
      return created
    },
    append(changes) {
      if (!isStored) throw new Error('A change was appended to a state that was not stored yet')
      return open.append(changes)
    },
    create: (state, options) => open.create(state, options),
    close: () => open.close(),
  }
}
