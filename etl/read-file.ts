import { open } from 'node:fs/promises'

/** The bytes of a file, piece by piece in one buffer: a piece is valid until the next one is asked for. */
export async function* readFile(path: string, onBytes: (total: number) => void = () => {}): AsyncGenerator<Uint8Array> {
  await using file = await open(path)
  const buffer = Buffer.allocUnsafeSlow(pieceBytes)
  for (let total = 0; ;) {
    const { bytesRead } = await file.read(buffer, 0, pieceBytes)
    if (bytesRead === 0) return
    yield buffer.subarray(0, bytesRead)
    total += bytesRead
    onBytes(total)
  }
}

const pieceBytes = 1 << 20
