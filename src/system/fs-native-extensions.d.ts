// The package has no types of its own; this is what is used here.
declare module 'fs-native-extensions' {
  /** Locks a whole open file for this file description; false where another has it. Needs a descriptor that may write. */
  export function tryLock(fd: number): boolean
}
