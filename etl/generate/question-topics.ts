/** What is asked about a product and what is answered: any of a topic's answers goes with any of its questions. */
export type TalkSlots = {
  /** What is asked about, in small letters: `parka`, `high tops`. It may be one or many. */
  it: string
  colour: string
  occasion: string
  detail: string
}
type Sentence = (slots: TalkSlots) => string

export type Topic = { questions: Sentence[]; answers: Sentence[] }

export const TOPICS: readonly Topic[] = [
  {
    questions: [
      () => `Can I put it in the washing machine?`,
      (s) => `How do you wash the ${s.it} without losing the ${s.colour}?`,
      () => `Is thirty degrees too warm?`,
    ],
    answers: [
      () => `Cold, inside out, and only with things you do not like`,
      () => `I wash mine by hand. It takes four minutes.`,
      () => `The label says not to, my mother says of course you can`,
      (s) => `Did it once, the ${s.detail} has been sulking since`,
      () => `Thirty degrees is fine, we have tested up to forty.`,
    ],
  },
  {
    questions: [
      (s) => `Would you say the ${s.it} came up small?`,
      () => `Which size should I order between two sizes?`,
      () => `Is it true to size?`,
      () => `I am tall with short arms, what would you take?`,
    ],
    answers: [
      () => `Take the bigger one, you can always eat`,
      () => `True to size for me, and I am usually between two`,
      () => `A little narrow at first, it gives after a week`,
      () => `Yes`,
      () => `There is a chart on the page. Measure twice, then write to us.`,
      () => `Ran large, I sent it back for one size down`,
    ],
  },
  {
    questions: [() => `Where is this made?`, () => `Who makes it, and where?`, (s) => `Do they sew the ${s.it} anywhere near a railway?`],
    answers: [
      () => `Portugal`,
      () => `Mine says "made with care", which is not a country`,
      () => `In our own workshop, two floors below this keyboard.`,
      () => `A small town with a good bakery`,
    ],
  },
  {
    questions: [
      (s) => `What is the ${s.detail} made of?`,
      () => `Is this real leather, or something that went to school with leather?`,
      () => `How much of it is recycled?`,
    ],
    answers: [
      () => `Feels like cotton, I could not swear to it`,
      () => `About two thirds, the label has the numbers`,
      () => `No animal was asked. It is all made from plants.`,
      () => `Something soft`,
      (s) => `Whatever it is, the ${s.detail} has outlived my last three`,
    ],
  },
  {
    questions: [(s) => `Will there be more in ${s.colour}?`, () => `When is it back in stock?`, (s) => `Is ${s.colour} gone for good?`],
    answers: [
      () => `I asked in March and am still asking`,
      () => `New ones arrive on the first of the month.`,
      (s) => `There were two in ${s.colour} this morning, there is one now`,
      () => `No idea, sorry`,
    ],
  },
  {
    questions: [
      (s) => `Would the ${s.it} do for ${s.occasion}?`,
      () => `Is this too much for the office?`,
      () => `Can it be worn in the rain?`,
    ],
    answers: [
      (s) => `Did ${s.occasion} twice, no complaints`,
      () => `Depends on the office`,
      () => `In a drizzle, yes. In real rain take an umbrella.`,
      () => `Only if you do not mind being looked at`,
    ],
  },
  {
    questions: [() => `How long did delivery take?`, () => `Does this ship abroad?`, () => `What does it come packed in?`],
    answers: [
      () => `Three days to the coast, nine to the island`,
      () => `We ship everywhere the post goes.`,
      () => `Paper and string, my cat has the string`,
      () => `A week`,
    ],
  },
  {
    questions: [() => `How long does it last with daily use?`, (s) => `Does the ${s.detail} hold?`, () => `Is the guarantee any good?`],
    answers: [
      () => `Third winter now and still going`,
      (s) => `The ${s.detail} went first, everything else is as new`,
      () => `They mended mine for nothing, so yes`,
      () => `Two years, and longer if you ask nicely.`,
      () => `Ask me again in spring`,
    ],
  },
  {
    questions: [
      () => `Why is this cheaper here than elsewhere?`,
      () => `Is there a discount for two?`,
      (s) => `Will the ${s.it} ever go on sale?`,
    ],
    answers: [
      () => `Nobody in the middle. You write, we pack.`,
      () => `It was ten less in January, if that helps`,
      () => `No, and I have tried`,
      () => `Sign up for the letter, they send a code`,
    ],
  },
  {
    questions: [
      (s) => `Is the ${s.colour} as bright as in the pictures?`,
      () => `Do the photos show the real colour?`,
      (s) => `Is the ${s.colour} closer to the first photo or to the last?`,
    ],
    answers: [
      () => `A shade darker on my screen`,
      (s) => `It is the ${s.colour} you are hoping for`,
      () => `The last photo is the honest one`,
      () => `Brighter, bring sunglasses`,
      () => `All photos are taken at a north window, without a filter.`,
    ],
  },
  {
    questions: [
      () => `Does it itch?`,
      (s) => `Could I wear the ${s.it} for a whole day?`,
      () => `Can it be worn without anything underneath?`,
    ],
    answers: [
      () => `Not at all, and I itch easily`,
      () => `For the first hour, then you forget`,
      () => `I fell asleep in mine, so I would say yes`,
      () => `Softer after every wash`,
    ],
  },
  {
    questions: [
      () => `Would this suit somebody who never wears anything new?`,
      () => `Is it a good present for a father?`,
      () => `Can you wrap it?`,
    ],
    answers: [
      () => `Mine said "hm", which is the highest praise he has`,
      () => `We wrap it in brown paper if you tick the box.`,
      () => `Yes, but keep the receipt`,
      () => `Gave one to my brother and he has not taken it off`,
    ],
  },
]

/** Go before any question. */
export const QUESTION_PREFACES: readonly Sentence[] = [
  (s) => `I am thinking of ${s.colour} for ${s.occasion}.`,
  (s) => `My last ${s.it} gave up at the ${s.detail}.`,
  () => `Sorry if somebody has asked already:`,
  () => `Quick question, because the sale ends tonight.`,
  (s) => `I like everything about the ${s.it}, but tell me:`,
]

/** Go before any answer. */
export const ANSWER_PREFACES: readonly Sentence[] = [
  (s) => `I have had mine in ${s.colour} since last year.`,
  () => `Asked the same before I bought mine:`,
  () => `As far as I can tell:`,
  (s) => `Wore the ${s.it} for ${s.occasion} and can report:`,
  () => `Good question!`,
  () => `Speaking only for myself:`,
]
