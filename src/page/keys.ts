import { VIEWS, type View } from './route.ts'

/** What keys do. */
export type KeyActions = {
  show(view: View): void
  /** Goes to the box of the search. */
  search(): void
  help(): void
  /** Closes the innermost open thing. */
  close(): void
}

/** Listens for the keys of the page. Returns how to stop. */
export function listenForKeys(actions: KeyActions): () => void {
  const onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
    // A dialog handles its own keys.
    if (document.querySelector('dialog[open]')) return
    const isTyping = event.target instanceof HTMLElement && event.target.matches('input, select, textarea')
    if (event.key === 'Escape') actions.close()
    else if (isTyping) return
    else if (event.key === '/') actions.search()
    else if (event.key === '?') actions.help()
    else if (event.key === 'j') moveFocus(1)
    else if (event.key === 'k') moveFocus(-1)
    else if (VIEWS[Number(event.key) - 1]) actions.show(VIEWS[Number(event.key) - 1]!)
    else return
    event.preventDefault()
  }
  document.addEventListener('keydown', onKey)
  return () => document.removeEventListener('keydown', onKey)
}

/** Moves the focus to the next or the previous job. Without one, to the first that is visible. */
function moveFocus(step: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>('main [data-row]')]
  const at = rows.indexOf(document.activeElement as HTMLElement)
  const isVisible = (row: HTMLElement): boolean => row.getBoundingClientRect().top >= 0
  const next = at < 0 ? (rows.find(isVisible) ?? rows[0]) : rows[at + step]
  next?.focus()
  next?.scrollIntoView({ block: 'nearest' })
}
