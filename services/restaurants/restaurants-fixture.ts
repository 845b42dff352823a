/** Three restaurants of two cities, by hand: 1 has every thing, 2 has little, 3 has nothing that hangs on it. */
export const files = {
  cities: `id,name,slug,zone
1,Lisbon,lisbon,Europe/Lisbon
2,New York,new-york,America/New_York
3,Nowhere,nowhere,UTC
`,
  restaurants: `id,city_id,name,cuisine,price,neighbourhood,address,phone,description,hours
1,1,"The ""Quay""",Seafood,3,Alfama,"Rua 1, Lisbon",+351 555 0101,"Grilled fish, by the water",Mon–Sun 12:00–23:00
2,2,Blue Lantern,Ramen,1,Harlem,2 Road,+1 555 0102,Noodles until late,Tue–Sat 17:30–01:00
3,1,Empty Plate,Vegan,2,Alfama,3 Lane,+351 555 0103,,Mon–Fri 12:00–15:00
`,
  restaurant_photos: `id,restaurant_id,url,caption
4,1,https://photos.example/d,Fourth
1,1,https://photos.example/a,The room
2,1,https://photos.example/b,"A ""dish"""
3,1,https://photos.example/c,
9,77,https://photos.example/orphan,none
`,
  menu_items: `id,restaurant_id,section,name,description,price
1,1,Starters,Olives,,4
2,1,Mains,Sea bass,"With ""salt"", baked",23.5
3,1,Starters,Bread,Warm,2.25
4,2,Bowls,Shio,Clear,14
`,
  dining_reviews: `id,restaurant_id,overall,food,service,ambience,text,dined_on,created_at,name,email,helpfulness,reported,verified
11,1,5,5,4,5,"Said ""yes""",2026-01-01,2026-01-02T10:00:00.123Z,ana,ana@post.example,3,false,true
12,1,4,4,4,4,b,2026-01-02,2026-01-03T10:00:00Z,ben,null,9,0,0
13,1,1,1,2,1,c,2026-01-03,2026-01-03T10:00:00Z,cy,cy@post.example,0,false,false
14,1,1,1,1,1,hidden,2026-01-03,2026-01-04T10:00:00Z,dee,null,99,true,false
15,1,4,3,2,1,e,2026-01-05,2026-01-06T10:00:00Z,eve,null,1,false,false
16,1,3,3,3,3,f,2026-01-06,2026-01-07T10:00:00Z,fay,null,9,false,false
17,1,2,3,3,3,g,2026-01-07,2026-01-05T10:00:00Z,gus,null,2,false,false
21,2,5,5,5,5,h,2026-02-01,2026-02-02T10:00:00Z,hal,null,0,false,false
`,
}
