import { requestTemplate } from '../request.ts'
import type { DriveOptions, DrivePart } from './driving.ts'

export const testPart: DrivePart = {
  name: 'GET /a/:id',
  weight: 1,
  request: requestTemplate({ method: 'GET', columns: 1, path: (key) => `/a/${key}` }),
  status: 200,
  keys: { distribution: 'uniform', max: 1_000 },
}

/** A short drive of little, unless told. */
export const testDrive = (port: number, some: Partial<DriveOptions> = {}): DriveOptions => ({
  host: '127.0.0.1',
  port,
  mix: [testPart],
  phases: [{ rate: 400, seconds: 1 }],
  poisson: false,
  warmupSeconds: 0.2,
  connections: 8,
  waitingMax: 10_000,
  timeoutMs: 5_000,
  seed: 1,
  samplesMax: 4,
  ...some,
})
