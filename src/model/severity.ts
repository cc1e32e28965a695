/** How bad what a message says is: an error stops what it is about, a warning and an info do not. */
export type Severity = 'error' | 'warning' | 'info'
