/** What guests say: openings by mood, and remarks that go with any. `dish` is one of the menu, in small letters. */
type Said = (dish: string) => string

export const DELIGHTED: readonly Said[] = [
  (dish) => `The ${dish} alone is worth the way here.`,
  () => `We meant to stay an hour and were the last to leave.`,
  (dish) => `I have had ${dish} in many places, and nowhere like this.`,
  () => `Everything came when it should, and nothing was too much trouble.`,
  () => `A room in which one can hear each other, and a kitchen that knows what it is doing.`,
]
export const UNDECIDED: readonly Said[] = [
  (dish) => `The ${dish} was good, the rest was there as well.`,
  () => `Fine for a weekday; for an evening that matters I would look further.`,
  () => `Half of what we had was very good, and half had been waiting for us.`,
  () => `Nice people, a long wait.`,
]
export const DISAPPOINTED: readonly Said[] = [
  (dish) => `The ${dish} came cold, and went back, and came cold again.`,
  () => `We sat by the door and were forgotten there.`,
  () => `For this price I expected more than a view.`,
  (dish) => `They had run out of ${dish} by seven.`,
]
export const REMARKS: readonly Said[] = [
  () => `The tables stand close, so bring news you do not mind sharing.`,
  (dish) => `Order the ${dish} first: it takes its time.`,
  () => `We had booked for four and came as three, and nobody minded.`,
  () => `The bread is made here, and one notices.`,
  () => `Our waiter, a "retired sailor", had a story for each course.`,
  () => `Wine by the glass is better than it has to be.`,
  () => `It is loud after eight and quiet before.`,
  (dish) => `My neighbour's ${dish} looked better than my own choice.`,
  () => `There is a step at the door, and somebody to help with it.`,
  () => `Children were given paper and pencils, and so was I.`,
]
