/**
 * Texts that a careless reader, database or page trips over: quotes, commas, scripts, backslashes, a tab, characters of
 * three and four bytes. Each does as a review, a question or an answer, and is 50 characters long or longer.
 */
export const STRANGE_TEXTS: readonly string[] = [
  'Love it 😍🔥 bought two, one for me and one for my sister 👭, and no regrets at all',
  '"Runs small", they said, "order up", they said, and the "slim" one really is',
  '<script>alert("reviewed")</script> and some <b>bold</b> opinions about the fit & the price',
  'Small, medium, large, all of them, none of them, who can say, not me, not after two washes',
  'The label says C:\\closet\\new\\nothing and I do not know why, but \\N and \\. are on it too',
  'とても気に入りました。サイズはぴったりで、色も写真のとおりです。また買いたいと思いますし、友だちにもすすめます',
  "Robert'); DROP TABLE reviews;-- is my real name and I should like to know whether it fits",
  'Первый раз заказываю здесь, и размер подошёл с первого раза, спасибо мастерской',
  'Family of four 👨‍👩‍👧‍👦 and one tape measure 📏: it took an evening, a ladder and a good deal of tea 🍵',
  'First column\tsecond column\tthird column, pasted from a sheet, with "=1+1" in the last one',
  'Price & quality: 5 > 4 &amp; 3 < 4, or as my son wrote, "{{total}} ${price} %s %00 \'\'"',
  'مقاس ممتاز واللون جميل جدا، وصلت القطعة في الوقت المناسب وكانت مغلفة بعناية',
  '¿Zoë’s naïve café façade — “smart” quotes… and a zero-width\u200bspace, all in a single line',
]

/** One after the other. */
export const strangeTexts = () => {
  let turn = 0
  return () => STRANGE_TEXTS[turn++ % STRANGE_TEXTS.length]!
}
