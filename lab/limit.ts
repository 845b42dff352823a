/** L1 of docs/results: a bare Bun.serve that answers a fixed buffer. `bun lab/limit.ts PORT BYTES` */
const [port, bytes] = process.argv.slice(2).map(Number)
const body = new Uint8Array(bytes!).fill(97)
Bun.serve({ port: port!, hostname: '127.0.0.1', reusePort: true, fetch: () => new Response(body) })
console.log('ready')
