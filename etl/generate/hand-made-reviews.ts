/**
 * What buyers say of the first eleven products. Together these are exactly the 64 reviews and 30 photos that eleven products
 * have in proportion to the full set, as the characteristics below are its 37; a test counts them.
 */
export type HandMadeReview = { rating: number; photos: number; summary: string; body: string }

/** A line is a rating, photos, and a summary and a body with a bar between. */
const page = (text: string): HandMadeReview[] =>
  text
    .trim()
    .split('\n')
    .map((line) => {
      const [, rating, photos, summary, body] = /^(\d) (\d) (.+?) \| (.+)$/.exec(line.trim())!
      return { rating: Number(rating), photos: Number(photos), summary: summary!, body: body! }
    })

const CLOTHES = ['Fit', 'Length', 'Comfort', 'Quality']
const SHOES = ['Size', 'Width', 'Comfort', 'Quality']

/** Nobody asks how wide a pair is that was given away. */
export const HAND_MADE_CHARACTERISTICS: readonly (readonly string[])[] = [
  CLOTHES,
  ['Quality'],
  CLOTHES,
  CLOTHES,
  SHOES,
  SHOES,
  SHOES,
  SHOES,
  SHOES,
  ['Quality'],
  ['Size', 'Comfort', 'Quality'],
]

export const HAND_MADE_REVIEWS: readonly (readonly HandMadeReview[])[] = [
  page(`
    5 3 Nobody can find me, ten out of ten | Wore it to a garden party and was served last, because the waiters honestly did not see me. The zip runs smoothly and the hood is deep enough for a nap.
    4 1 Roomier than expected | I took my usual size and could have invited a friend in. Next time one smaller, but the cloth is thick and the seams are straight.
    5 0 A second breakfast and a third | The waist gives where a waist should give. I have lived in it since Saturday and nobody at home has said a word against it.
    3 0 The dog barks at me now | Well made and warm, no complaint there. It is just that the dog no longer recognises me and neither, strictly speaking, does my wife.
    5 2 Good for birdwatching | Sat under an oak for four hours and a robin landed on my knee. That is all I have to say about the pattern.
    2 0 Zip stuck on the second day | The pattern is lovely, but I spent twenty minutes inside it at a petrol station before somebody cut me out. The refund was quick.
    4 0 Warm, quiet, a bit long in the leg | I am not tall, so I turned the legs up twice. With boots nobody notices, and without boots nobody sees me anyway.
    5 1 Bought the green one, then the sand one | The first is for the woods and the second for the sofa, which is beige. My mother walked past me twice.
    1 0 I look like a shrub | My daughter watered me. I suppose that speaks for the print, yet it is not what I was hoping for at this price.
    4 0 Holds its colour | Six washes at thirty degrees and the green is still green. One button has come loose, and a spare was sewn inside the cuff.
    5 0 Perfect for long meetings | I have now been absent from three of them while sitting in the front row. Nobody asked for my numbers.
    3 1 Nice, but where do the keys go | One pocket on the chest and that is the lot. I carry my keys in my hand like an animal.
    5 0 Softer inside than it looks | From outside it is all business, and inside it is a blanket. I would not wear it to a funeral, though I did think about it.
    4 2 Comfortable all the way up | Good from ankle to chin. The hood drops over the eyes if you nod off, which I have come to see as a feature.`),
  page(`
    5 1 Dark enough for my sister's wedding | Cried through the whole ceremony and not one photo shows it. They sit lightly and did not leave marks on the nose.
    4 0 Survived being sat on | The page says they forgive it once. It has been four times, and only the left arm holds a small grudge.
    3 0 Good lenses, loose pouch | The glasses are fine and the view is pleasantly brown. The pouch came without its string, so I keep them in a sock.
    5 1 The future is bearable | I put them on, looked at my inbox and felt nothing. Sturdier than the price suggests.`),
  page(`
    4 0 Out of the door, as promised | I have not started running, but I have started leaving the house dressed as if I might. They dry overnight on a chair.
    5 1 The deep pocket is really deep | Phone, keys and a paperback, and nothing bounced on the way to the bus. I have already ordered the grey ones.
    2 0 Shrank in the dryer | My own fault, the label does say not to. Still, they are my son's now and he is nine.
    5 0 Respectable from a distance | Joined a video call standing up and nobody raised an eyebrow. The waistband stays flat and the ankles stay put.`),
  page(`
    5 0 A crease of its own free will | Slept in them on a night train and walked straight into an interview. The crease was in better shape than I was.
    4 1 Lazy in the best sense | The cloth hangs well and asks for no iron. Half an inch shorter would have been perfect for me.
    3 0 Khaki, more or less | In my kitchen they are khaki, in the office they are closer to mustard. I like mustard, but not everybody does.
    4 0 Cancelled everything | Put them on at noon on Friday and have no further news to report. The pockets are lined with something pleasant.`),
  page(`
    5 2 White for almost a week | Eight days, to be exact, which I consider a victory. The sole is thick and still grips on wet tiles.
    4 0 My brother contests the will | We take the same size and he has noticed. The collar rubs for two days and then it never does again.
    5 1 Old school, new feet | I had a pair like this at fifteen and these are kinder. True to size with thin socks, half a size up with thick ones.
    3 0 A lot of shoe | They look the part, but they are heavy and I feel every stair. For standing about they are excellent.
    5 0 Clean them with an eraser | Take a plain school eraser to the edge of the sole and thank me afterwards. The stitching has held up all winter.
    2 0 Wide is not the word | If your feet are narrow, look elsewhere. I wore two pairs of socks and still walked around inside them.
    4 1 Red trim is brighter in person | It is a cheerful red, not a dark one. The laces are long enough to go round the ankle, if anybody still does that.
    5 0 Passed down already | My niece saw them on Sunday and by the evening they were hers. I have ordered again and hidden the box.`),
  page(`
    5 1 Caught the tram | Ran for it on wet cobbles in new shoes and did not slip once. The driver nodded.
    4 0 Orange means orange | You will be seen, possibly from orbit. They are light and well cushioned, and the heel holds.
    5 0 Better than the song | I hummed it for a week and now I only walk. No blisters, not even on the first long day.
    3 0 Squeak indoors | Outside they are silent and quick. On the floor of our office they announce me at every step.
    5 2 Three months, one thousand stairs | I deliver parcels and I have counted. The tread is worn a little at the heel and everything else looks new.
    4 0 Go half a size up | The toe box is snug by the evening. After exchanging them I have nothing left to complain about.
    1 0 Two left feet | The box held two left shoes, and I mean that literally. They sent the right one, and a third left one with it.
    5 1 My knees say thank you | Softer landings than anything I have had for years. I have even begun to take the stairs on purpose.`),
  page(`
    5 1 Danced until the band went home | Smooth soles that turn when you turn. The suede came up again nicely with a soft brush.
    4 0 Do not step on them | Somebody did and there was a scene. Otherwise elegant, light and true to size.
    3 0 Handsome but fair-weather | One shower and I carried them home inside my coat. In dry weather I would wear nothing else.
    5 0 A blue you can hear | Deep and a little dusty, exactly as pictured. I have learned a fourth chord because of them.`),
  page(`
    5 0 Got them, somehow | I had nine windows open and my aunt on the phone. They are comfortable, which I had not even considered.
    2 1 More queue than shoe | They are knitted and they are fine. I paid four hundred and fifty for fine and I will have to live with it.
    5 1 Like socks with opinions | They weigh nothing and go with everything I own. I walk around puddles now as though they were ravines.
    4 0 Order a full size up | The knit stretches a little, the heel does not. In the right size they are a joy.`),
  page(`
    4 1 There was sand in the box | Only a pinch and I think it was meant as a joke. They slip on with one hand and dry within the hour.
    5 0 June to October | Wore them daily until the first frost and took them off under protest. The rope has frayed a little, which suits it.
    3 0 No arch to speak of | Fine for the beach, less so for a day in a museum. My feet are old and have views.
    5 1 Two pairs, one summer | One stays by the back door and the other one in the car. The canvas has faded just enough to look expensive.`),
  page(`
    5 1 Everything is in balance | It fits nowhere and goes with everything. My neighbour has been unusually polite since I put it on the mantelpiece.
    1 0 Half of my things are gone | I snapped my fingers to call the cat and have regretted it ever since. There is no returns label in the box.
    5 0 Worth every million | Heavy for its size, very red and a little warm to the touch. I only wish it came with the gauntlet.
    4 0 A good paperweight | My papers have not moved, and nor has anything else on the desk. The glow makes it hard to sleep.`),
  page(`
    5 1 Free and still too good | My son found a pair at the school game and has slept in them twice. They are light enough to mail as a letter.
    4 1 Small feet only | They stop at a size that I left behind in fourth grade. On the right child they look splendid.
    5 0 Not one blister | He played two halves and extra time and came home complaining only about the referee.
    3 0 The laces are short | I replaced them on the first day with something longer. The shoe itself is better than it has any right to be.
    5 0 They forgot the price and the weight | I weighed them on the kitchen scale, twice, because I thought the battery had gone.
    2 0 None left in any size | I have been looking at this page for a month. The pair that I was lent for an afternoon was lovely.`),
]
