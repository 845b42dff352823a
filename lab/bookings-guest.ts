import { Asker, type Mine, type Scene } from './bookings-asker.ts'

/** Books, holds, confirms, changes, cancels and asks again, one after another, and takes no lost answer for an answer. */
export class Guest {
  readonly #scene: Scene
  readonly #random: () => number
  readonly #mine: Mine[] = []
  readonly #asker: Asker

  constructor(scene: Scene, session: number, random: () => number) {
    this.#scene = scene
    this.#random = random
    this.#asker = new Asker(scene, session, random)
  }

  async work() {
    while (this.#scene.more()) await this.#step()
    this.#asker[Symbol.dispose]()
  }

  #step(): Promise<unknown> {
    const mine = this.#mine.length > 0 && this.#chance(this.#mine.length > 2 ? 0.9 : 0.5) ? this.#pick(this.#mine) : undefined
    if (mine) return this.#goOn(mine)
    if (this.#chance(0.1)) return this.#asker.again()
    if (this.#chance(0.1) && this.#scene.shared.length > 0) return this.#change({ ...this.#pick(this.#scene.shared) })
    if (this.#chance(0.02)) return this.#wait()
    return this.#book()
  }

  async #book() {
    const house = this.#pick(this.#scene.houses)
    const starts = this.#pick(this.#scene.starts.get(house.id)!)
    const wanted = { house: house.id, starts, party: 1 + Math.floor(this.#random() * house.partyMax) }
    const kind = this.#chance(0.45) ? 'hold' : 'booking'
    // Of one without a key most refusals are decided without the house's lock.
    const { status, made } = await this.#asker.attempt({ kind, ...wanted, keyed: kind === 'hold' || !this.#chance(keylessShare) })
    if (status === 201) this.#mine.push({ ...wanted, kind: kind === 'hold' ? 'hold' : 'reservation', code: made, revision: 1 })
  }

  async #wait() {
    const house = this.#pick(this.#scene.houses)
    const wanted = {
      house: house.id,
      starts: Date.parse(this.#pick(this.#scene.dates)),
      party: 1 + Math.floor(this.#random() * house.partyMax),
    }
    const { status, made } = await this.#asker.attempt({ kind: 'waiting', ...wanted })
    if (status === 201) this.#mine.push({ ...wanted, kind: 'place', code: made, revision: 0 })
  }

  async #goOn(mine: Mine) {
    const share = this.#random()
    if (mine.kind === 'hold') {
      if (share < 0.6) await this.#confirm(mine)
      else if (share < 0.8) this.#leave(mine)
    } else if (mine.kind === 'place') await this.#look(mine)
    else if (share < 0.45) await this.#change(mine)
    else if (share < 0.55) await this.#change(mine, mine.revision - 1)
    else if (share < 0.6) await this.#cancel(mine, mine.revision + 1)
    else if (share < 0.65) this.#share(mine)
    else await this.#cancel(mine)
  }

  async #confirm(mine: Mine) {
    this.#leave(mine)
    const { status, made } = await this.#asker.attempt({ ...mine, kind: 'confirmation' })
    if (status === 201) this.#mine.push({ ...mine, kind: 'reservation', code: made, revision: 1 })
  }

  /** Whether it was given a hold, which is confirmed then. */
  async #look(mine: Mine) {
    const { hold, state } = (await this.#asker.read(`/waitlist/${mine.code}`)) as {
      state?: string
      hold?: { hold: string; starts_at: string }
    }
    if (hold) {
      this.#leave(mine)
      await this.#confirm({ ...mine, kind: 'hold', code: hold.hold, starts: Date.parse(hold.starts_at) })
    } else if (state !== 'waiting' || this.#chance(0.2)) this.#leave(mine)
  }

  async #change(mine: Mine, revision = mine.revision) {
    const { id, partyMax } = this.#scene.houses.find(({ id }) => id === mine.house)!
    const starts = this.#chance(0.7) ? this.#pick(this.#scene.starts.get(id)!) : mine.starts
    const party = this.#chance(0.4) ? 1 + Math.floor(this.#random() * partyMax) : mine.party
    const { status } = await this.#asker.attempt({ kind: 'change', house: id, starts, party, code: mine.code, revision })
    if (status === 200) Object.assign(mine, { starts, party, revision: revision + 1 })
    else if (status === 412 && revision === mine.revision) await this.#refresh(mine)
  }

  async #cancel(mine: Mine, revision = mine.revision) {
    const { status } = await this.#asker.attempt({ ...mine, kind: 'cancellation', revision })
    if (status === 204) this.#leave(mine)
    else if (status === 412 && revision === mine.revision) await this.#refresh(mine)
  }

  /** Somebody else has changed it, or we have and were not told. */
  async #refresh(mine: Mine) {
    const {
      revision,
      state,
      starts_at = '',
      party,
    } = (await this.#asker.read(`/reservations/${mine.code}`)) as Partial<Record<'starts_at' | 'state', string>> & Partial<Mine>
    if (state === 'booked') Object.assign(mine, { revision, starts: Date.parse(starts_at), party })
    else this.#leave(mine)
  }

  #share(mine: Mine) {
    const { shared } = this.#scene
    shared[shared.length < sharedMax ? shared.length : Math.floor(this.#random() * sharedMax)] = mine
  }

  #leave(mine: Mine) {
    const place = this.#mine.indexOf(mine)
    if (place >= 0) this.#mine.splice(place, 1)
  }

  #chance(share: number) {
    return this.#random() < share
  }
  #pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.#random() * from.length)]!
  }
}

const keylessShare = 0.3
const sharedMax = 8
