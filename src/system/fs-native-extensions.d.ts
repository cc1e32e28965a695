// The package has no types; these cover what Jobwright uses.
declare module 'fs-native-extensions' {
  const locks: {
    /** Locks a whole open file; false if another process holds the lock. Needs a writable descriptor. */
    tryLock(fd: number): boolean
  }
  export = locks
}
