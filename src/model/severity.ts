/** The severity of a message. An error stops what it is about; a warning or an info does not. */
export type Severity = 'error' | 'warning' | 'info'
