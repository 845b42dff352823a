/**
 * What reviews are made of. No sentence depends on whether the garment is one (a parka) or many (joggers). Each is 50 to 98
 * characters long, a summary up to 60: a body of one to four sentences then has 50 to 395, and `review` counts on it.
 */
export type ReviewSlots = {
  /** What is reviewed, in small letters: `parka`, `high tops`. */
  it: string
  colour: string
  otherColour: string
  occasion: string
  detail: string
}
type Sentence = (slots: ReviewSlots) => string

export type Mood = { summaries: Sentence[]; openings: Sentence[]; responses: Sentence[] }

export const DELIGHTED: Mood = {
  summaries: [
    () => `Better than the pictures`,
    () => `Worth the wait`,
    () => `Exactly what I was after`,
    () => `Compliments, plural`,
    () => `I would order again tomorrow`,
    () => `Fits as if it knew me`,
    () => `No notes`,
    (s) => `Made for ${s.occasion}`,
    (s) => `That ${s.colour}, though`,
    (s) => `My favourite ${s.it} so far`,
    (s) => `Buy the ${s.it}, thank me later`,
    (s) => `Tidy down to the last ${s.detail}`,
  ],
  openings: [
    (s) => `Wore the ${s.it} for ${s.occasion} and two strangers asked where to buy.`,
    (s) => `I have been looking for this shade of ${s.colour} since spring and finally have it.`,
    (s) => `The ${s.it} arrived a day early and fit as if somebody had measured me asleep.`,
    (s) => `Third order from this shop, and the ${s.it} may well be the best of them.`,
    (s) => `Every ${s.detail} looks better in daylight than in the pictures, which is rare.`,
    (s) => `Bought the ${s.it} for ${s.occasion} and have hardly worn anything else since.`,
    (s) => `My sister borrowed the ${s.it} on Friday and I do not expect to see either again.`,
    (s) => `Comfortable from the first minute and still comfortable after ${s.occasion}.`,
    (s) => `Does exactly what the page promises, and the ${s.colour} really matched the photos.`,
    (s) => `Worth every coin: not one loose ${s.detail} after months of use.`,
    (s) => `I never write reviews, but the ${s.it} got me three compliments before lunch.`,
    (s) => `Packed the ${s.it} for ${s.occasion} and could not have wanted anything else.`,
  ],
  responses: [
    () => `Thank you, this made our Monday. The workshop has it on the wall now.`,
    () => `We are glad to hear it! Should anything ever come loose, we mend for free.`,
    (s) => `Lovely to read. There will be more in ${s.colour} before the year is out.`,
    (s) => `Thank you! The person who draws every ${s.detail} has asked for a copy of this.`,
  ],
}

export const UNDECIDED: Mood = {
  summaries: [
    () => `Does the job`,
    () => `Good, with a but`,
    () => `Three stars, no hard feelings`,
    () => `Somewhere in the middle`,
    () => `Nice, I think`,
    (s) => `Fine for ${s.occasion}`,
    (s) => `Nice ${s.colour}, odd ${s.detail}`,
    (s) => `The ${s.it} I did not mind`,
  ],
  openings: [
    (s) => `The ${s.it} did the job, though I had hoped for a tidier ${s.detail}.`,
    (s) => `Not bad and not great: fine for ${s.occasion}, less so for anything longer.`,
    (s) => `The ${s.colour} turned out darker than in the pictures, but I got used to that.`,
    (s) => `Nice enough to keep the ${s.it}, not nice enough to order a second time.`,
    (s) => `Good from a distance, but one ${s.detail} needed a needle within the first week.`,
    (s) => `Half of me loves the ${s.it}, the other half keeps reading the returns page.`,
    (s) => `Took a while to break in, and after ${s.occasion} I am still not quite sure.`,
    (s) => `Looks right, feels all right, and yet the ${s.it} mostly stayed in the cupboard.`,
  ],
  responses: [
    () => `Thank you for the honest words. Write to us and we will find you the right size.`,
    (s) => `Noted, and passed on: the next batch has another ${s.detail}.`,
    () => `We would like to do better than this. A voucher is on its way to you.`,
  ],
}

export const DISAPPOINTED: Mood = {
  summaries: [
    () => `Sent back`,
    () => `Hoped for more`,
    () => `Runs small, very small`,
    () => `One wash and done`,
    () => `Keep the receipt`,
    (s) => `Not for ${s.occasion}`,
    (s) => `The ${s.detail} gave up first`,
    (s) => `Not the ${s.colour} from the photo`,
    (s) => `My last ${s.it} from here`,
  ],
  openings: [
    (s) => `The ${s.it} came apart at the ${s.detail} during ${s.occasion}, of all moments.`,
    (s) => `Ordered ${s.colour} and received what I can only call a rumour of ${s.colour}.`,
    () => `A size off in one direction and half a size off in the other: sent back.`,
    (s) => `I wanted to like the ${s.it}, but one wash was enough to end the friendship.`,
    (s) => `The photos are kind. The ${s.it} I got looked tired straight out of the box.`,
    (s) => `Loose ${s.detail}, odd smell, long wait; the parcel was the best part of the order.`,
    (s) => `After ${s.occasion} the ${s.colour} had moved to everything else I own.`,
    () => `Scratchy where it should be soft and soft where it should hold: not for me.`,
    (s) => `I had expected more from this shop; the ${s.it} went back the same afternoon.`,
  ],
  responses: [
    () => `We are sorry, that is not how it should have left us. A new one is in the post.`,
    () => `This is on us. Your money went back this morning, and please keep the parcel.`,
    (s) => `Sorry to hear that. We have had words with whoever checked that ${s.detail}.`,
    () => `Please write to us with your order number, and somebody awake will answer today.`,
  ],
}

/** These go with any mood. */
export const REMARKS: Sentence[] = [
  () => `I usually take a medium, and my usual size was right here too, with room to breathe.`,
  () => `Delivery took four days and the box came with a handwritten note, which I kept.`,
  () => `For reference: I am tall and mostly arms, so your measurements may well differ.`,
  (s) => `The ${s.detail} deserves a mention, because somebody clearly thought about that.`,
  (s) => `I have washed the ${s.it} five times by now, always cold, and the ${s.colour} held.`,
  (s) => `It would be good to see the same in ${s.otherColour}, if anybody from the shop reads this.`,
  (s) => `Tried on before ${s.occasion}, then again at home with a bigger mirror.`,
  () => `Order one size up if you mean to wear something warm underneath.`,
  (s) => `The pictures show the ${s.colour} quite well, if your screen is not too bright.`,
  (s) => `A friend has the same in ${s.otherColour}, and side by side hers is a little shorter.`,
  () => `Nothing that I would call a pocket, but then nobody promised one.`,
  () => `The packaging was plain paper, no plastic anywhere, and I wish more shops did that.`,
  (s) => `I read the other reviews first and agree with the ones about the ${s.detail}.`,
  (s) => `Customer service answered within the hour when I asked about the ${s.detail}.`,
  () => `My neighbour calls it "a statement", and my neighbour says very little otherwise.`,
  (s) => `Would I wear the ${s.it} again for ${s.occasion}? Ask me in a month.`,
]

/** Makes any summary longer than sixty characters, as some in old data are. */
export const LONG_SUMMARY_TAIL = ', and I know that this box is meant for a few words only, but here we are'
