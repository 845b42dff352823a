import type { Socket } from 'bun'

export type SteadyOptions = {
  port: number
  connections: number
  /** The n-th request, whole, and the status it should have. */ request: (n: number) => readonly [text: string, status: number]
}
export type Steady = { readonly answers: number; readonly failures: readonly string[] }

/**
 * Asks without pause until `during` is over, each connection again as soon as it was answered. Strict: another status is a failure, and
 * so is a connection that ends while its answer is out, for whoever asked cannot know what became of it.
 */
export const steadily = async ({ port, connections, request }: SteadyOptions, during: () => Promise<void>): Promise<Steady> => {
  const failures: string[] = []
  let [asked, answers, running] = [0, 0, true]
  const ask = (socket: Socket<Asked>) => {
    const [text, status] = request(asked++)
    socket.data = { text, status, heard: '' }
    socket.write(text)
  }
  const open = (): Promise<unknown> =>
    Bun.connect<Asked>({
      hostname: '127.0.0.1',
      port,
      data: { text: '', status: 0, heard: '' },
      socket: {
        open: ask,
        data(socket, chunk) {
          const asked = socket.data
          asked.heard += chunk.toString('latin1')
          const headEnd = asked.heard.indexOf('\r\n\r\n')
          if (headEnd < 0) return
          const length = Number(/\r\ncontent-length: (\d+)\r\n/i.exec(asked.heard)?.[1] ?? 0)
          if (asked.heard.length < headEnd + 4 + length) return
          if (Number(asked.heard.slice(9, 12)) === asked.status) answers++
          else failures.push(`${asked.text.split('\r\n', 1)[0]}: ${asked.heard.slice(9, 40)}`)
          const last = /\r\nconnection: close\r\n/i.test(asked.heard)
          asked.text = ''
          if (running && !last) ask(socket)
          else socket.end()
        },
        close(socket) {
          if (socket.data.text !== '') failures.push(`${socket.data.text.split('\r\n', 1)[0]}: the connection ended`)
          if (running) void open().catch(() => failures.push('no connection'))
          else left.delete(socket)
        },
        error() {},
      },
    }).then((socket) => left.add(socket))
  const left = new Set<Socket<Asked>>()
  await Promise.all(Array.from({ length: connections }, open))
  try {
    await during()
  } finally {
    running = false
    for (const untilMs = performance.now() + lastMsMax; left.size > 0 && performance.now() < untilMs;) await Bun.sleep(10)
    for (const socket of left) socket.terminate()
  }
  return { answers, failures }
}

/** `text` is empty once it is answered. */
type Asked = { text: string; status: number; heard: string }
const lastMsMax = 12_000
