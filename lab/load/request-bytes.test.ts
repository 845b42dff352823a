import { expect, test } from 'bun:test'
import { requestTemplate, requestText } from '../request.ts'
import { openRequestBytes } from './request-bytes.ts'

const forms = [
  requestTemplate({ method: 'GET', columns: 1, path: (key) => `/products/${key}/styles` }),
  requestTemplate({ method: 'GET', columns: 1, path: () => '/products' }),
  requestTemplate({ method: 'PUT', columns: 2, path: (a, b) => `/${b}/${a}`, body: (a = 0, b = 0) => ({ a, b, text: 'x', again: a }) }),
]

test('the bytes are those of the text, however long the numbers are and whatever stood there before', () => {
  for (const form of forms) {
    const { bytes, fill } = openRequestBytes(form)
    for (const first of [1_000_011, 7, 0, 9_007_199_254_740_991, 10, 99]) {
      const key = [first, 99_999 - (first % 99_999)]
      expect(Buffer.from(bytes.buffer, 0, fill(key)).toString()).toBe(requestText(form, key))
    }
  }
})
