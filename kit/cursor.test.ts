import { expect, test } from 'bun:test'
import { cursorField, cursorOf } from './cursor.ts'

const field = cursorField('things-1', 2)

test('a cursor is read as it was given', () => {
  for (const key of [
    [1, 2],
    [0, Number.MAX_SAFE_INTEGER],
  ])
    expect(field.parse(cursorOf('things-1', key))).toEqual(key)
  expect(field.parse(undefined)).toBeUndefined()
})

test('that of another list, another version or of nothing is invalid', () => {
  const others = [cursorOf('things-2', [1, 2]), cursorOf('things-1', [1]), cursorOf('things-1', [1, 2, 3]), cursorOf('things-1', [1, 0.5])]
  others.push(cursorOf('things-1', [-1, 2]))
  for (const bad of [...others, '', 'nonsense', `${cursorOf('things-1', [1, 2])}=`, Buffer.from('things-1:1,2x').toString('base64url')])
    expect(() => field.parse(bad)).toThrow('Error: invalid cursor provided')
})
