import { expect, test } from 'bun:test'
import { openTestHost } from '../../host/testing.ts'

test('a product is answered with its features', async () => {
  await using shop = await openTestHost({
    files: {
      product: 'id,name,slogan,description,category,default_price\n1,Camo Onesie,Blend in,Text,Jackets,140\n',
      features: 'id,product_id,feature,value\n1,1,Fabric,Canvas\n',
    },
  })
  const answer = await shop.get('/products/1')
  expect(answer.status).toBe(200)
  expect(await answer.json()).toMatchObject({
    id: 1,
    name: 'Camo Onesie',
    default_price: '140.00',
    features: [{ feature: 'Fabric', value: 'Canvas' }],
  })
})
