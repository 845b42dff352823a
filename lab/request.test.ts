import { expect, test } from 'bun:test'
import { requestTemplate, requestText } from './request.ts'

test('a key stands in the path as often as it has to', () => {
  const request = requestTemplate({ method: 'GET', columns: 2, path: (a, b) => `/a/${b}/${a}?b=${b}` })
  expect(requestText(request, [7, 1_000_011])).toBe('GET /a/1000011/7?b=1000011 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n')
})

const body = (id = 0, other = 0) => ({ id, of: { [other]: 4 }, fixed: 0 })

test('the length of a body is that of the key in it', () => {
  const request = requestTemplate({ method: 'POST', columns: 2, path: () => '/a', body })
  for (const key of [
    [1, 2],
    [12_345, 9_007_199_254],
  ] as const) {
    const [head = '', content = ''] = requestText(request, key).split('\r\n\r\n')
    expect(head).toContain(`\r\nContent-Length: ${content.length}`)
    expect(JSON.parse(content)).toEqual(body(...key))
  }
})
