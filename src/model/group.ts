/**
 * Groups items by key, in order of first appearance. Items without a key are left out. (`Map.groupBy` is newer than
 * Node 20.)
 */
export function groupBy<Item, Key>(items: Iterable<Item>, key: (item: Item) => Key | undefined): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>()
  for (const item of items) {
    const own = key(item)
    if (own === undefined) continue
    const group = groups.get(own)
    if (group) group.push(item)
    else groups.set(own, [item])
  }
  return groups
}

/** Lists the groups of items that share a key, without the keys of one item alone. In a large set, most are alone. */
export function listRepeated<Item extends object, Key>(
  items: Iterable<Item>,
  key: (item: Item) => Key | undefined,
): [Item, Item, ...Item[]][] {
  const firsts = new Map<Key, Item>()
  const groups = new Map<Key, [Item, Item, ...Item[]]>()
  for (const item of items) {
    const own = key(item)
    if (own === undefined) continue
    const first = firsts.get(own)
    const group = groups.get(own)
    if (first === undefined) firsts.set(own, item)
    else if (group) group.push(item)
    else groups.set(own, [first, item])
  }
  return [...groups.values()]
}
