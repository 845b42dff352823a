/** How long work shows itself: a line per piece of work, rewritten in place on a terminal, repeated every few seconds elsewhere. */
export type Progress = { start(name: string): Work; note(text: string): void }
export type Work = {
  /** `part` of the work is done, 0 to 1, when that is known. */ at(rows: number, part?: number): void
  done(rows?: number): void
}

export const openProgress = (write: (text: string) => void, terminal: boolean): Progress => {
  const active: { name: string; startedMs: number; rows: number; part: number | undefined }[] = []
  let drawn = 0
  let shownMs = performance.now()

  const line = ({ name, startedMs, rows, part }: (typeof active)[number], end = false) => {
    const seconds = (performance.now() - startedMs) / 1000
    const rate = rows > 0 && seconds > 0.05 ? `  ${Math.round(rows / seconds).toLocaleString('en')} rows/s` : ''
    const left = !end && part && part > 0.01 ? `  ${Math.ceil((seconds * (1 - part)) / part)} s left` : ''
    const count = rows > 0 ? `  ${rows.toLocaleString('en')} rows` : ''
    return `  ${name.padEnd(30)}${end ? ` ${seconds.toFixed(1)} s` : part === undefined ? ' …' : ` ${Math.floor(part * 100)} %`}${count}${rate}${left}`
  }
  const erase = () => {
    if (drawn > 0) write(`\x1b[${drawn}A\x1b[J`)
    drawn = 0
  }
  const draw = () => {
    if (!terminal) return
    for (const work of active) write(`${line(work)}\n`)
    drawn = active.length
  }
  const refresh = () => {
    if (performance.now() - shownMs < (terminal ? redrawMs : repeatMs)) return
    shownMs = performance.now()
    erase()
    if (terminal) draw()
    else for (const work of active) write(`${line(work)}\n`)
  }
  const say = (text: string) => {
    erase()
    write(`${text}\n`)
    draw()
  }

  return {
    note: say,
    start(name) {
      const work = { name, startedMs: performance.now(), rows: 0, part: undefined as number | undefined }
      active.push(work)
      refresh()
      return {
        at(rows, part) {
          work.rows = rows
          work.part = part
          refresh()
        },
        done(rows = work.rows) {
          work.rows = rows
          active.splice(active.indexOf(work), 1)
          say(line(work, true))
        },
      }
    },
  }
}

const redrawMs = 200
const repeatMs = 5_000
