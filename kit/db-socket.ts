import { Socket } from 'node:net'
import type { Database } from './db.ts'

/**
 * A socket that tells of its error only with its close. The driver fails a connection's statements at the first and gives the
 * connection up at the second: one that it sent between them would never be answered, and whoever waits for it would wait for good.
 */
export class WholeSocket extends Socket {
  #error: Error | undefined

  override emit(event: string, ...args: unknown[]): boolean {
    if (event === 'error') {
      this.#error ??= args[0] as Error
      return true
    }
    if (event === 'close' && this.#error) super.emit('error', this.#error)
    return super.emit(event, ...args)
  }
}

/** Not yet connected: what is written waits. */
export const openSocket = ({ host, port }: Pick<Database, 'host' | 'port'>): WholeSocket => {
  const socket = new WholeSocket()
  if (host.startsWith('/')) socket.connect(`${host}/.s.PGSQL.${port}`)
  else socket.connect(port, host)
  return socket
}
