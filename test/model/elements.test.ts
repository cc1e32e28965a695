import t from 'tap'
import { findDifferences } from '../../src/model/difference.ts'
import { listElements } from '../../src/model/elements.ts'
import type { Json, JsonObject } from '../../src/model/json.ts'

/** The elements in which two requests differ, as `pointer: from -> to`. */
const elements = (from: JsonObject, to: JsonObject, written: JsonObject = to): string[] =>
  listElements(findDifferences(from, to), written).map(
    ({ pointer, from: before, to: after }) => `${pointer}: ${show(before)} -> ${show(after)}`,
  )
const show = (value: Json | undefined): string => (value === undefined ? 'nothing' : JSON.stringify(value))

t.test('a changed item of a list has its place in the spec as written', async (t) => {
  const cases: [string, JsonObject, JsonObject, string[], JsonObject?][] = [
    ['one of three', { a: ['x', 'y', 'z'] }, { a: ['x', 'q', 'z'] }, ['/a/1: "y" -> "q"']],
    [
      'a sorted set, written in another order',
      { a: ['depots', 'lobby'] },
      { a: ['lobby', 'offices'] },
      ['/a/0: "depots" -> "offices"'],
      { a: ['offices', 'lobby'] },
    ],
    ['one more', { a: ['x'] }, { a: ['x', 'y'] }, ['/a/1: nothing -> "y"']],
    ['one less', { a: ['x', 'y'] }, { a: ['x'] }, ['/a: "y" -> nothing']],
    ['one of two equal ones', { a: ['x', 'x'] }, { a: ['x'] }, ['/a: "x" -> nothing']],
    ['only the order', { a: ['x', 'y'] }, { a: ['y', 'x'] }, ['/a/0: "x" -> "y"', '/a/1: "y" -> "x"']],
    ['a list in place of a text', { a: 'x' }, { a: ['x'] }, ['/a: "x" -> ["x"]']],
    [
      'a member of an item, next to the one that it resembles most',
      {
        a: [
          { k: 1, v: 1 },
          { k: 2, v: 2 },
        ],
      },
      {
        a: [
          { k: 2, v: 9 },
          { k: 1, v: 1 },
        ],
      },
      ['/a/0/v: 2 -> 9'],
    ],
    [
      'an item whose default was filled in',
      { a: [{ k: 1, pattern: '*' }] },
      { a: [{ k: 2, pattern: '*' }] },
      ['/a/1/k: 1 -> 2'],
      { a: [{ k: 3 }, { k: 2 }] },
    ],
    [
      'a member of a JSON text',
      { d: '{"op":"a","n":[1,2]}' },
      { d: '{"op":"b","n":[1,3]}' },
      ['/d/n/1: 2 -> 3', '/d/op: "a" -> "b"'],
    ],
    ['spaces of a JSON text', { d: '{"a": 1}' }, { d: '{"a":1}' }, ['/d: "{\\"a\\": 1}" -> "{\\"a\\":1}"']],
    ['a text that is no JSON', { d: '{oops' }, { d: '{"a":1}' }, ['/d: "{oops" -> "{\\"a\\":1}"']],
  ]
  for (const [name, from, to, expected, written] of cases) t.strictSame(elements(from, to, written), expected, name)
})
