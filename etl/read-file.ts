import { open } from 'node:fs/promises'

/** The bytes of a file, `from` one of them on, piece by piece in one buffer: a piece is valid until the next one is asked for. */
export async function* readFile(path: string, from = 0, onBytes: (end: number) => void = () => {}): AsyncGenerator<Uint8Array> {
  await using file = await open(path)
  const buffer = Buffer.allocUnsafeSlow(pieceBytes)
  for (let at = from; ;) {
    const { bytesRead } = await file.read(buffer, 0, pieceBytes, at)
    if (bytesRead === 0) return
    yield buffer.subarray(0, bytesRead)
    at += bytesRead
    onBytes(at)
  }
}

const pieceBytes = 1 << 20
