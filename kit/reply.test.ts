import { expect, test } from 'bun:test'
import { AtelierError } from './errors.ts'
import { answered, overloaded, text } from './reply.ts'

test('of a read that was refused nothing is looked into', () => {
  const reply = text(404, 'Not Found')
  expect(answered(reply)).toBe(reply)
  try {
    answered(overloaded)
    expect.unreachable()
  } catch (error) {
    expect(error).toBeInstanceOf(AtelierError)
    expect(error).toMatchObject({ code: 'too busy', message: Buffer.from(overloaded.body).toString() })
  }
})
