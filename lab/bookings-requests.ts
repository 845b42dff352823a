import type { Attempt } from './bookings-history.ts'

/** An attempt as it goes on the wire; `other` sends another body with the same key. Every run has its own keys. */
export const requestText = (run: string, attempt: Attempt, other = false): string => {
  const { n, kind, house, starts, party, session, code, revision, keyed } = attempt
  const key = keyed ? `Idempotency-Key: ${run}-${n}\r\n` : ''
  const guest = { name: other ? 'Bea' : 'Ada', email: 'ada@post.example', notes: noteOf(n) }
  const starts_at = new Date(starts).toISOString()
  switch (kind) {
    case 'hold':
      return textOf('POST', `/restaurants/${house}/holds`, key + cookie(run, session), { starts_at, party: other ? party + 1 : party })
    case 'booking':
      return textOf('POST', `/restaurants/${house}/reservations`, key, { starts_at, party, ...guest })
    case 'confirmation':
      return textOf('POST', `/restaurants/${house}/reservations`, key, { hold: code, ...guest })
    case 'waiting': {
      const { name, email } = guest
      return textOf('POST', `/restaurants/${house}/waitlist`, key, { date: starts_at.slice(0, 10), from: 0, to: 1_800, party, name, email })
    }
    case 'change':
      return textOf('PATCH', `/reservations/${code}`, ifMatch(revision), { starts_at, party, notes: guest.notes })
    case 'cancellation':
      return textOf('DELETE', `/reservations/${code}`, ifMatch(revision))
  }
}

export const readText = (path: string) => textOf('GET', path, '')
export const noteOf = (n: number) => `#${n}`
/** 0 where nobody wrote a number. */
export const numberIn = (note: string | null | undefined) => Number(/^#(\d+)$/.exec(note ?? '')?.[1] ?? 0)

const textOf = (method: string, path: string, headers: string, json?: object) => {
  const head = `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${headers}`
  if (!json) return `${head}\r\n`
  const body = JSON.stringify(json)
  return `${head}Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
}
const ifMatch = (revision: number) => `If-Match: "${revision}"\r\n`
const cookie = (run: string, session: number) =>
  `Cookie: atelier_session=${Buffer.from(`${run} ${session}`.padEnd(16, '.')).toString('base64url').slice(0, 22)}\r\n`
