// The package has no types of its own; this is what is used here.
declare module 'fs-native-extensions' {
  const locks: {
    /** Locks a whole open file for this file description; false where another has it. Needs a descriptor that may write. */
    tryLock(fd: number): boolean
  }
  export = locks
}
