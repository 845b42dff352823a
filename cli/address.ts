import { createServer } from 'node:net'

export const urlOf = (host: string, port: number) => {
  if (['0.0.0.0', '127.0.0.1', '::'].includes(host)) return `http://localhost:${port}`
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

/** Who listens together on one port would not notice a stranger on it, so it is tried alone first. 0 finds a free one. */
export const freePort = (host: string, port: number) =>
  new Promise<number>((found, failed) => {
    const probe = createServer()
    probe.once('error', (error: NodeJS.ErrnoException) => {
      const busy = `Port ${port} is busy; stop what listens there or pass --port with another.`
      failed(
        error.code === 'EADDRINUSE'
          ? new Error(busy, { cause: error })
          : new Error(`Cannot listen on ${host}:${port}: ${error.message}.`, { cause: error }),
      )
    })
    probe.listen({ host, port, exclusive: true }, () => {
      const address = probe.address()
      probe.close(() => found(typeof address === 'object' && address ? address.port : port))
    })
  })

/**
 * So many free ports of the loopback interface, from `first` on. Not those the system gives to outgoing connections: one of them could be
 * taken just when a server that was restarted wants its own again.
 */
export const freePorts = async (first: number, count: number): Promise<number[]> => {
  const found: number[] = []
  for (let port = first; found.length < count && port < outgoingFrom; port++) {
    if ((await freePort('127.0.0.1', port).catch(() => undefined)) !== undefined) found.push(port)
  }
  if (found.length === count) return found
  throw new Error(`There are no ${count} free ports from ${first} to ${outgoingFrom - 1}; pass --port with another.`)
}

/** Linux begins here unless told otherwise, others later. */
export const outgoingFrom = 32_768
