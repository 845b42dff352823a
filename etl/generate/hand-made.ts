/**
 * The first eleven products, as everyone who ever wrote a page for this shop knows them. Together they have exactly the
 * rows that eleven products have in proportion to the full set (22 styles, 125 skus, 62 photos, 24 features, 50 related),
 * so the generated ones after them start from an even balance; a test counts them.
 */
export type HandMadeProduct = {
  name: string
  slogan: string
  description: string
  category: string
  /** Whole units of the shop's currency. */
  price: number
  /** The first is the default one. `quantities` are of the category's sizes, from the smallest. */
  styles: { name: string; sale: number | null; photos: number; quantities: number[] }[]
  features: [name: string, value: string | null][]
  related: number[]
}

export const HAND_MADE: readonly HandMadeProduct[] = [
  {
    name: 'Camo Onesie',
    slogan: 'Blend in to your crowd',
    description:
      'One zip and you are gone. The Camo Onesie hides crumbs, creases and entire weekends, and was cut roomy enough for a second breakfast. Wear it on the sofa, in the hedge or at the back of a very long meeting.',
    category: 'Jackets',
    price: 140,
    styles: [
      { name: 'Forest Green & Black', sale: null, photos: 6, quantities: [8, 16, 21, 12, 9, 5] },
      { name: 'Desert Sand & Bark', sale: 100, photos: 4, quantities: [4, 11, 18, 18, 7, 2] },
      { name: 'Harbour Blue & Slate', sale: 100, photos: 4, quantities: [0, 9, 14, 22, 13, 6] },
      { name: 'Winter White & Ash', sale: null, photos: 4, quantities: [3, 7, 10, 10, 4, 0] },
    ],
    features: [
      ['Fabric', 'Canvas'],
      ['Buttons', 'Brass'],
    ],
    related: [2, 3, 8, 7],
  },
  {
    name: 'Bright Future Sunglasses',
    slogan: 'Tomorrow looks good on you',
    description:
      'Lenses dark enough for the brightest plans, in a frame that forgives being sat on once. They come with a soft pouch, a small cloth and a mild sense of purpose.',
    category: 'Accessories',
    price: 69,
    styles: [
      { name: 'Black Frame & Smoke', sale: null, photos: 3, quantities: [26] },
      { name: 'Tortoiseshell & Amber', sale: 55, photos: 2, quantities: [14] },
      { name: 'Clear Frame & Rose', sale: null, photos: 2, quantities: [0] },
    ],
    features: [
      ['Lenses', '"Ultrasheen"'],
      ['Frame', 'DuraResin'],
      ['Lifetime Guarantee', null],
    ],
    related: [1, 6, 9, 10, 4],
  },
  {
    name: 'Morning Joggers',
    slogan: 'Out of the door before you can argue',
    description:
      'Soft inside, respectable outside, and quick to dry when the fog turns out to be rain. The Morning Joggers have a deep pocket for keys and a shallow one for excuses.',
    category: 'Pants',
    price: 40,
    styles: [
      { name: 'Black', sale: null, photos: 4, quantities: [12, 24, 31, 28, 15, 8] },
      { name: 'Dawn Grey', sale: 32, photos: 3, quantities: [6, 13, 19, 17, 10, 4] },
    ],
    features: [
      ['Fabric', '100% Cotton'],
      ['Cut', '"Skinny"'],
    ],
    related: [4, 1, 6, 9],
  },
  {
    name: "Slacker's Slacks",
    slogan: 'Pressed for nothing',
    description:
      'A crease that stays without being asked and a waistband that does not judge. Good at a desk, better under one, and best on the afternoon you cancel everything.',
    category: 'Pants',
    price: 65,
    styles: [
      { name: 'Idle Khaki', sale: null, photos: 3, quantities: [5, 12, 20, 21, 11, 6] },
      { name: 'Lazy Navy', sale: null, photos: 3, quantities: [7, 10, 16, 15, 9, 1] },
    ],
    features: [
      ['Fabric', 'Twill, garment-washed'],
      ['Cut', '"Loose"'],
    ],
    related: [3, 1, 7, 2, 9],
  },
  {
    name: 'Heir Force Ones',
    slogan: 'Handed down, stepped up',
    description:
      'The pair you will still be arguing about at the reading of the will. Thick soles, a high collar and white leather that begs to be kept clean, which you will do for about a week.',
    category: 'Kicks',
    price: 99,
    styles: [
      {
        name: 'White & White',
        sale: null,
        photos: 4,
        quantities: [4, 6, 9, 12, 15, 14, 18, 11, 10, 5, 3],
      },
      {
        name: 'White & Royal Red',
        sale: 79,
        photos: 3,
        quantities: [2, 3, 7, 8, 10, 9, 6, 5, 4, 2, 0],
      },
    ],
    features: [
      ['Sole', 'Rubber'],
      ['Material', 'FullControlSkin'],
      ['Stitching', 'Double Stitch'],
    ],
    related: [6, 8, 11, 9],
  },
  {
    name: 'Pumped Up Kicks',
    slogan: 'Faster than the song in your head',
    description:
      'Air where you land and grip where you turn. The Pumped Up Kicks were tuned on wet pavements by people who are late for everything, and they forgive the last step of any staircase.',
    category: 'Kicks',
    price: 89,
    styles: [
      { name: 'Signal Orange', sale: null, photos: 3, quantities: [3, 5, 8, 13, 14, 12, 9, 6, 4] },
      { name: 'Quiet Grey', sale: 65, photos: 2, quantities: [1, 4, 6, 9, 11, 10, 7, 2, 0] },
    ],
    features: [
      ['Sole', 'Rubber'],
      ['Mid-Sole', '"ZeroLag" Foam'],
    ],
    related: [5, 8, 9, 11, 3, 2],
  },
  {
    name: 'Blues Suede Shoes',
    slogan: 'Step on anything but these',
    description:
      'Deep blue suede, brushed by hand and happiest on a wooden floor. Three chords will break them in; a fourth is showing off.',
    category: 'Dress Shoes',
    price: 120,
    styles: [
      { name: 'Twelve-Bar Blue', sale: null, photos: 3, quantities: [2, 4, 7, 9, 8, 6, 3] },
      { name: 'Midnight Black', sale: 95, photos: 2, quantities: [1, 3, 5, 6, 6, 4, 2] },
    ],
    features: [
      ['Sole', 'Leather'],
      ['Material', 'Suede, brushed'],
    ],
    related: [8, 5, 4, 1, 9],
  },
  {
    name: 'YEasy 350',
    slogan: 'Hard to get, easy to like',
    description: 'Knitted in one piece and gone in one minute. If you are reading this with a pair still in the basket, stop reading.',
    category: 'Kicks',
    price: 450,
    styles: [
      { name: 'Static Sand', sale: null, photos: 2, quantities: [0, 1, 2, 1, 0] },
      { name: 'Zebra Crossing', sale: null, photos: 1, quantities: [1, 0, 3, 2, 1] },
    ],
    features: [
      ['Material', 'Woven Mesh'],
      ['Sole', 'Translucent Rubber'],
      ['Satisfaction Guaranteed', null],
    ],
    related: [5, 6, 7, 11, 1],
  },
  {
    name: 'Summer Shoes',
    slogan: 'Sand included at no extra cost',
    description:
      'Light canvas, rope soles and nothing to tie. They go on at the first warm weekend and come off, under protest, some time in October.',
    category: 'Kicks',
    price: 59,
    styles: [{ name: 'Faded Stripe', sale: 49, photos: 2, quantities: [5, 8, 11, 14, 13, 12, 9, 6, 3] }],
    features: [
      ['Sole', 'Braided Rope'],
      ['Fair Trade Certified', null],
    ],
    related: [6, 3, 2, 5],
  },
  {
    name: 'Infinity Stone',
    slogan: 'Accessorise the universe',
    description: 'One stone, no returns. It goes with everything, because in the end everything goes with it. Gauntlet not included.',
    category: 'Accessories',
    price: 5_000_000,
    styles: [{ name: 'Reality Red', sale: null, photos: 1, quantities: [1] }],
    features: [['Lifetime Guarantee', null]],
    related: [2, 8, 1, 11],
  },
  {
    name: 'Air Minis 250',
    slogan: 'So light they forgot the price',
    description: 'Full court, small feet. The Air Minis were given away at a school game and every pair found a home before half-time.',
    category: 'Basketball Shoes',
    price: 0,
    // Nothing left in any size: the page must show a style that has no skus.
    styles: [{ name: 'Chalk & Court Orange', sale: null, photos: 1, quantities: [] }],
    features: [
      ['Sole', 'Rubber'],
      ['Non-GMO', null],
    ],
    related: [5, 6, 8, 9],
  },
]
