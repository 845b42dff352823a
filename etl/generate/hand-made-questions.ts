/**
 * What people ask about the first eleven products and are told: exactly the 39 questions, 76 answers and 23 photos that
 * eleven products have in proportion to the full set; a test counts them.
 */
export type HandMadeQuestion = { body: string; answers: HandMadeAnswer[] }
export type HandMadeAnswer = { body: string; photos: number; seller: boolean }

/** A line that ends with a question mark asks; one that begins with a number of photos answers, with `S` for the seller. */
const page = (text: string): HandMadeQuestion[] => {
  const questions: HandMadeQuestion[] = []
  for (const line of text.trim().split('\n')) {
    const answer = /^(\d)(S?) (.+)$/.exec(line.trim())
    if (!answer) questions.push({ body: line.trim(), answers: [] })
    else questions.at(-1)!.answers.push({ photos: Number(answer[1]), seller: answer[2] === 'S', body: answer[3]! })
  }
  return questions
}

export const HAND_MADE_QUESTIONS: readonly (readonly HandMadeQuestion[])[] = [
  page(`
    Does the hood come off?
    0 No, and after one evening under it you would not want that.
    1 Mine is sewn on, see the picture.
    0S It stays on. The seam at the neck is part of what keeps the shape.
    Can I wash it with other things?
    2 I did, and everything else is a little greener now.
    0 On its own for the first two washes, with anything after that.
    How do you find it again after taking it off?
    3 I tie a red ribbon to the zip.
    0 You don't. I am on my second one.
    0 By touch.
    Is it warm enough for a night outdoors?
    0 In September, yes. I would not try it in November.
    1 With wool underneath it was fine down to freezing.
    Which of the four colours is best against brick?
    2 Desert Sand & Bark. I stood there for an hour and a postman leaned his bicycle on me.
    0 None of them, brick is difficult.
    0S Our warehouse is brick and we lose the Desert Sand ones most often.
    Is there a pocket big enough for a sandwich?
    1 A flat one, yes.
    0 Two, if you are honest with yourself about the second.
    Do hedge trimmers see you?`),
  page(`
    Do these fit over other glasses?
    0 Only over small ones.
    0 They did not over mine, and I am now on bad terms with both pairs.
    Are the lenses polarised?
    0S They are, and they block all of the ultraviolet light.
    0 The lake looked like glass, so I believe so.
    1 Yes. Here is a dashboard through them and without them.
    How bright a future are we talking about?
    0 A mortgage and two dogs, so far.`),
  page(`
    Are these long enough for somebody tall?
    0 I am six foot three and they reach the shoe.
    0 Just about. I wear them with high socks.
    1 Long enough, see the picture.
    Can they be ironed?
    0S Yes, at a low setting, although few of our customers have felt the need.
    0 Why?
    Does anyone actually jog in them?`),
  page(`
    Is the crease permanent?
    0 It has outlasted two jobs.
    0S It is set in the mill and survives about eighty washes.
    How loose is loose?
    1 Room for a sandwich in the knee, if that helps.
    0 Looser than skinny and tighter than a skirt.
    Are there belt loops?
    0 Six of them.
    0 Yes, but the waistband manages without.`),
  page(`
    What is the best way to keep them white?
    0 Do not go outside.
    2 A toothbrush, warm water and one evening a week.
    0S A soft brush and mild soap. Please keep them out of the machine.
    0 I gave up and they look better for it.
    Is the leather real?
    0 It smells like it.
    0S Full grain on the toe and the heel, split leather elsewhere.
    Will they make me taller?
    0 By about an inch and a quarter.
    1 My door frame says yes.
    Do they come with spare laces?
    0 Mine had a second pair in red inside the left shoe.`),
  page(`
    Are these good for wet floors?
    0 I work in a fish market and I am still upright.
    0 Yes on tiles, no on ice.
    Does the orange fade?
    1 Here they are after one summer, still loud.
    0 A little at the toe.
    Can I really outrun the tram?
    0 Line four, yes. Line eleven has newer carriages.
    0 Depends on the driver.
    0S We have tested with lines two to nine only.
    Do they squeak for everybody?
    0 Only on linoleum.`),
  page(`
    How do I get a stain out of the suede?
    0 Let it dry and brush it, never rub.
    2 Stale bread. I was sceptical as well.
    0S We recommend a suede brush and patience.
    Can these be resoled?
    0 My cobbler did it for thirty and said kind words about the welt.
    0 Yes, twice by now.
    What happens if somebody steps on them?
    0 We do not talk about it.`),
  page(`
    When will they be back in stock?
    0S We do not know either, and we work here.
    0 They were, for about forty seconds on Tuesday.
    Is there any arch support?
    0 Some. Think of a firm handshake.
    0 Enough for a day in town.
    Are they really easy?
    0 To wear, yes. To get, no.
    1 Easier than the box they come in.`),
  page(`
    Can they get wet?
    0 They live on a boat.
    1 Yes, but the rope takes a day to dry.
    Is the sand included with every pair?
    0 I received about a teaspoon.
    0S Yes. It comes from the beach behind our workshop.
    Do you wear socks with these?
    0 I do, and I no longer care.`),
  page(`
    Which reality does it affect?
    0 This one, so far.
    0S Results vary and are not covered by the guarantee.
    Is shipping free at this price?
    0 It simply appeared on my table.
    Could I pay in monthly parts?
    0 I asked for four hundred months and they said yes.
    1 They sent me a calendar.`),
  page(`
    Were these ever actually for sale?
    0 No. I keep an eye on this page out of habit.
    0S Never. All of them were handed out at one game.
    Do they run small?
    0 They run very small, which was rather the point.
    What court are they meant for?
    0 Wood, but ours have only ever seen a car park.
    1 Any, as long as it is a small one.`),
]
