import { createHash, createHmac, pbkdf2Sync, randomBytes, timingSafeEqual } from 'node:crypto'
import { int32, message } from './wire-messages.ts'

/** Answers the server's authentication requests one by one; undefined when there is nothing to say. */
export type Authenticate = (request: Buffer) => Buffer | undefined

/**
 * Trust, clear text (only worth its name under TLS) and SCRAM-SHA-256; MD5 is deprecated and not spoken.
 * https://www.postgresql.org/docs/18/protocol-flow.html · RFC 5802, RFC 7677
 */
export const openAuthentication = (password: string): Authenticate => {
  const nonce = randomBytes(18).toString('base64')
  const clientFirst = `n=,r=${nonce}`
  let serverSignature: Buffer | undefined

  return (request) => {
    const kind = request.readInt32BE(0)
    const text = request.toString('latin1', 4)
    if (kind === 0) return undefined
    if (kind === 3) return message('p', password)
    if (kind === 10 && text.split('\0').includes('SCRAM-SHA-256')) {
      const first = Buffer.from(`n,,${clientFirst}`)
      return message('p', 'SCRAM-SHA-256', int32(first.length), first)
    }
    if (kind === 11) {
      const proof = scramProof(password, clientFirst, nonce, text)
      serverSignature = proof.serverSignature
      return message('p', Buffer.from(proof.clientFinal))
    }
    if (kind === 12) {
      const signature = Buffer.from(/v=([^,]+)/.exec(text)?.[1] ?? '', 'base64')
      if (!serverSignature || signature.length !== serverSignature.length || !timingSafeEqual(signature, serverSignature)) {
        throw new Error('The database could not prove that it knows the password.')
      }
      return undefined
    }
    throw new Error(`The database asks for authentication method ${kind}, which the read path does not speak; use scram-sha-256.`)
  }
}

const scramProof = (password: string, clientFirst: string, nonce: string, serverFirst: string) => {
  const [, serverNonce = '', salt = '', iterations = '0'] = /^r=([^,]+),s=([^,]+),i=(\d+)/.exec(serverFirst) ?? []
  if (!serverNonce.startsWith(nonce)) throw new Error('The database answered with a nonce that is not ours.')
  const salted = pbkdf2Sync(password.normalize('NFKC'), Buffer.from(salt, 'base64'), Number(iterations), 32, 'sha256')
  const withoutProof = `c=biws,r=${serverNonce}`
  const signed = `${clientFirst},${serverFirst},${withoutProof}`
  const clientKey = hmac(salted, 'Client Key')
  const clientSignature = hmac(createHash('sha256').update(clientKey).digest(), signed)
  const proof = Buffer.from(clientKey.map((byte, i) => byte ^ clientSignature[i]!))
  return {
    clientFinal: `${withoutProof},p=${proof.toString('base64')}`,
    serverSignature: hmac(hmac(salted, 'Server Key'), signed),
  }
}

const hmac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest()
