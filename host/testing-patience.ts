import { limits } from '../kit/limits.ts'

const { readWaitMsMax, writeWaitMsMax, readinessMsMax } = limits
const usual = { readWaitMsMax, writeWaitMsMax, readinessMsMax }
const patient = { readWaitMsMax: 20_000, writeWaitMsMax: 20_000, readinessMsMax: 20_000 }
const open = { hosts: 0, suspensions: 0 }

const add = (what: keyof typeof open, n: 1 | -1) => {
  open[what] += n
  Object.assign(limits, open.hosts > 0 && open.suspensions === 0 ? patient : usual)
}
const counting = (what: keyof typeof open) => (): Disposable => {
  add(what, 1)
  return { [Symbol.dispose]: () => add(what, -1) }
}

/**
 * The machine of a test may stand still for seconds, which is no fault of what is tested: while a patient host is open nobody in this
 * process is refused for having waited. How long one waits is for tests whose hosts are not patient.
 */
export const openPatience = counting('hosts')
/** While the database is stopped on purpose nobody need be patient. */
export const suspendPatience = counting('suspensions')
