import { limits } from '../kit/limits.ts'

/**
 * The machine of a test may stand still for seconds, which is no fault of what is tested: while a patient host is open nobody in this
 * process is refused for having waited. How long one waits is for tests whose hosts are not patient.
 */
export const openPatience = (): Disposable => {
  patientHosts++
  set()
  return {
    [Symbol.dispose]() {
      patientHosts--
      set()
    },
  }
}

/** While the database is stopped on purpose nobody need be patient. */
export const suspendPatience = (): Disposable => {
  suspended++
  set()
  return {
    [Symbol.dispose]() {
      suspended--
      set()
    },
  }
}

let [patientHosts, suspended] = [0, 0]
const set = () => void Object.assign(limits, patientHosts > 0 && suspended === 0 ? patient : usual)
const { readWaitMsMax, writeWaitMsMax, readinessMsMax } = limits
const usual = { readWaitMsMax, writeWaitMsMax, readinessMsMax }
const patient = { readWaitMsMax: 20_000, writeWaitMsMax: 20_000, readinessMsMax: 20_000 }
