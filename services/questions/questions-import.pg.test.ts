import { expect, test } from 'bun:test'
import { openTestHost } from '../../host/testing.ts'
import { files, made, speakTo } from './questions-fixture.ts'

/** Lines as the oldest copies have them. */
const slice = {
  questions: `\uFEFFid,product_id,body,date_written,asker_name,asker_email,reported,helpful
1,1,What fabric is the top made of?,1595880000000,yankeelover,first.last@gmail.com,0,1
2,1,HEY THIS IS A WEIRD QUESTION!!!!?,1.61389E+12,jbilas,first.last@gmail.com,1,4
9,2,"I'm allergic to dye #17, does this product contain any?",1598030000000,l33tgamer,first.last@gmail.com,0,6
47,8,Why is this product cheaper here than other sites?,1616640000000,h@ckerwhiz,first.last@cbs.com,0,2
`.replaceAll('\n', '\r\n'),
  answers: `\uFEFFid,question_id,body,date_written,answerer_name,answerer_email,reported,helpful
5,1,Something pretty soft but I can't be sure,1599990560555,metslover,first.last@gmail.com,0,5
54,47,We are selling it here without any markup from the middleman!,1598610421169,Seller,null,0,4
55,47,Yes,1598610421169,Seller,,0,3
60,61,Nobody asked,1598610421169,Seller,null,0,4
5,1,Twice,1599990560555,metslover,first.last@gmail.com,0,5
56,9,Bad date,yesterday,metslover,first.last@gmail.com,0,5
57,9,Bad flag,1598610421169,metslover,first.last@gmail.com,maybe,5`,
  answers_photos: `\uFEFFid,answer_id,url
8,5,https://images.unsplash.com/photo-1504469512102-900f29606341?ixlib=rb-1.2.1&w=1650&q=80
7,5,https://images.unsplash.com/photo-1510551310160-589462daf284?ixlib=rb-1.2.1
9,60,https://images.unsplash.com/of-an-orphan
10,77,https://images.unsplash.com/of-nothing
`,
}

test('copies with marks, rounded dates, sellers without an address and orphans are taken', async () => {
  await using shop = await openTestHost()
  const { text } = speakTo(shop)
  const { summary, rejects } = await shop.import(slice)
  expect(
    summary.filter(({ absent }) => !absent).map(({ file, read, loaded, rejected, dropped }) => [file, read, loaded, rejected, dropped]),
  ).toEqual([
    ['questions.csv', 4, 4, 0, 0],
    ['answers.csv', 7, 3, 4, 0],
    ['answers_photos.csv', 4, 2, 2, 0],
  ])
  expect(Object.keys(rejects).toSorted()).toEqual(['answers', 'answers_photos'])
  expect(rejects['answers']).toContain('question_id 61 is nowhere in questions')
  expect(rejects['answers']).toContain('id 5 stands twice')
  expect(rejects['answers_photos']).toContain('answer_id 60 is nowhere in answers')
  expect(rejects['answers_photos']).toContain('answer_id 77 is nowhere in answers')

  expect(await text('/qa/questions?product_id=1')).toBe(
    '{"product_id":"1","results":[{"question_id":1,"question_body":"What fabric is the top made of?","question_date":"2020-07-27T20:00:00.000Z","asker_name":"yankeelover","question_helpfulness":1,"reported":false,"answers":{' +
      '"5":{"id":5,"body":"Something pretty soft but I can\'t be sure","date":"2020-09-13T09:49:20.555Z","answerer_name":"metslover","helpfulness":5,"photos":["https://images.unsplash.com/photo-1510551310160-589462daf284?ixlib=rb-1.2.1","https://images.unsplash.com/photo-1504469512102-900f29606341?ixlib=rb-1.2.1&w=1650&q=80"]}}}]}',
  )
  expect(await text('/qa/questions/47/answers')).toBe(
    '{"question":"47","page":1,"count":5,"results":[' +
      '{"answer_id":54,"body":"We are selling it here without any markup from the middleman!","date":"2020-08-28T10:27:01.169Z","answerer_name":"Seller","helpfulness":4,"photos":[]},' +
      '{"answer_id":55,"body":"Yes","date":"2020-08-28T10:27:01.169Z","answerer_name":"Seller","helpfulness":3,"photos":[]}]}',
  )
  const sellers = await shop.sql`select answerer_email as email from questions.answer order by answer_id`
  expect(sellers.map(({ email }) => email as unknown)).toEqual(['first.last@gmail.com', null, null])
  const [rounded] = await shop.sql`select created_at as date from questions.question where question_id = 2`
  expect(rounded).toEqual({ date: new Date(1_613_890_000_000) })
})

test('questions without answers, and answers without photos, need no such file', async () => {
  await using shop = await openTestHost({ files: { questions: files.questions } })
  const { questions, answers } = speakTo(shop)
  expect((await questions(5)).map(({ question_id, answers }) => [question_id, Object.keys(answers).length])).toEqual([
    [37, 0],
    [34, 0],
    [35, 0],
    [39, 0],
    [40, 0],
  ])
  await shop.import({ questions: files.questions, answers: files.answers })
  expect((await answers(37)).map(({ answer_id, photos }) => [answer_id, photos.length])).toEqual([
    [70, 0],
    [68, 0],
    [69, 0],
    [100, 0],
  ])
})

test('an import replaces everything, is seen at once, and never gives an id out again', async () => {
  await using shop = await openTestHost({ files })
  const { post, questions, answers } = speakTo(shop)
  const words = { body: 'Why?', name: 'fay', email: 'fay@post.example' }
  const ask = async () => {
    expect(await post('/qa/questions', { ...words, product_id: 9 })).toEqual(made)
    const question = (await questions(9, '&count=100')).at(-1)!.question_id
    expect(await post(`/qa/questions/${question}/answers`, { ...words, photos: ['p'] })).toEqual(made)
    const [answer] = await answers(question)
    return [question, answer!.answer_id, answer!.photos[0]!.id]
  }
  expect(await ask()).toEqual([52, 101, 10])
  await shop.import(files)
  expect([await questions(9), await answers(52)]).toEqual([[], []])
  expect(await ask()).toEqual([53, 102, 11])
  await shop.import({
    questions: 'id,product_id,body,date_written,asker_name,asker_email,reported,helpful\n1000,5,b,1,n,e,0,0\n',
    answers: 'id,question_id,body,date_written,answerer_name,answerer_email,reported,helpful\n3000,1000,b,1,n,e,0,0\n',
    answers_photos: 'id,answer_id,url\n500,3000,u\n499,3000,u\n',
  })
  expect((await questions(5)).map(({ question_id }) => question_id)).toEqual([1000])
  expect(await ask()).toEqual([1001, 3001, 501])
})
