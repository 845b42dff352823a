/**
 * What a product's text is made of. No sentence depends on whether the garment is one (a parka) or many (joggers). Each is
 * 60 to 100 characters long, an opening up to 135: `productText` counts on it.
 */
export type Slots = {
  /** As it stands inside a sentence: `the Quiet Parka`, `Ada's Parka`. */
  it: string
  material: string
  colour: string
  occasion: string
  detail: string
}
type Sentence = (slots: Slots) => string

export const SLOGANS: Sentence[] = [
  (s) => `Made for ${s.occasion}`,
  (s) => `Because ${s.material} never goes out of season`,
  (s) => `Everything you need after ${s.occasion}`,
  (s) => `All ${s.material}, no nonsense`,
  () => `Worn once, missed always`,
  (s) => `The ${s.colour} you have been looking for`,
  (s) => `A good ${s.detail} says enough`,
  (s) => `Better than ${s.occasion}, and that is saying something`,
  () => `Soft where it matters, tough where it shows`,
  (s) => `Somebody will ask where you found ${s.it}`,
  () => `Leave the house "by accident" on purpose`,
  (s) => `Ready when ${s.occasion} is not`,
  (s) => `From the first ${s.detail} to the last`,
  (s) => `Old patterns, new ${s.material}`,
  (s) => `Dress for ${s.occasion}, stay for the rest`,
  (s) => `You, but in ${s.colour}`,
]

export const OPENINGS: Sentence[] = [
  (s) => `Cut from ${s.material} and finished by hand: we drew ${s.it} for ${s.occasion}.`,
  (s) => `Nobody plans for ${s.occasion}, which is why ${s.it} should stay close to the door.`,
  (s) => `We spent two winters on ${s.it}, and it shows in every single ${s.detail}.`,
  (s) => `Think of ${s.it} as an old friend who happens to be made of ${s.material}.`,
  (s) => `It took nine drawings and a lot of ${s.material} to get ${s.it} exactly right.`,
  (s) => `Somewhere between ${s.occasion} and a quiet evening, ${s.it} will earn a place.`,
  (s) => `Ask anyone who came back from ${s.occasion}: they would take ${s.it} again.`,
  (s) => `Nothing on the rack is quite like ${s.it}, from the first ${s.detail} to the last.`,
  (s) => `If you only keep one thing in ${s.material}, our guess is that you keep ${s.it}.`,
  (s) => `There was a gap in the shop the shape of ${s.it}, and now there is not.`,
]

export const MIDDLES: Sentence[] = [
  (s) => `The ${s.detail} is doubled where it matters, and nothing about it needs explaining.`,
  (s) => `A little ${s.colour} at the ${s.detail} keeps the whole thing from being too serious.`,
  () => `Our workshop calls it "the quiet one", and our workshop is seldom wrong.`,
  (s) => `The ${s.material} breathes when you hurry and holds the warmth when you do not.`,
  () => `Wash cold, dry flat, repeat for years; few of your opinions will last as long.`,
  () => `There is room to move, room to breathe, and one pocket's worth of room for secrets.`,
  (s) => `Our photographer went through ${s.occasion} in a sample and came back without a mark.`,
  (s) => `Look closely and you will find a ${s.colour} ${s.detail}; most people never do.`,
  () => `Tested by people who walk to work, in weather that gives no thanks for it.`,
  (s) => `The colour holds, the shape holds, and the ${s.detail} has yet to come back to us.`,
  (s) => `Every ${s.detail} is checked twice, once by eye and once by somebody in a bad mood.`,
  (s) => `The ${s.material} comes from a mill that answers letters, which we take as a good sign.`,
]

export const CLOSINGS: Sentence[] = [
  (s) => `Goes with something plain, or with ${s.occasion}; both have been known to work.`,
  () => `Wear, mend, repeat; sooner or later somebody will try to borrow what is yours.`,
  (s) => `Nothing here will change your life, but something might improve ${s.occasion}.`,
  (s) => `Order the size you are, not the size you were before ${s.occasion}.`,
  (s) => `Once the ${s.material} has learned your shape, there is no going back.`,
  (s) => `Also in ${s.colour}, for those who have already made up their minds.`,
  () => `Returns are free; hardly anyone ever makes one, and we did ask why.`,
  (s) => `Made in small numbers, so that each ${s.detail} gets the attention it deserves.`,
]
