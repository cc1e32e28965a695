import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Route } from './route.ts'

/** What any part of the page may do. */
export type Actions = {
  readonly route: Route
  /** Goes to another route. `isTyping`: it is the same search with another letter, and no step to come back to. */
  go(route: Partial<Route>, isTyping?: boolean): void
  /** Copies a text. If the browser refuses, the text beside the button is selected. */
  copy(text: string, button: HTMLElement): void
  /** Says something to screen readers. */
  say(text: string): void
}

export const ActionsContext = createContext<Actions | undefined>(undefined)

/** Returns the actions of the page. */
export function useActions(): Actions {
  return useContext(ActionsContext)!
}
