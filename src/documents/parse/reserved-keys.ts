/** Keys that would reach an object's prototype in careless code. No AWS member has such a name. */
export const RESERVED_KEYS: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])
