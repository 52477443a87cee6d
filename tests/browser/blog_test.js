// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// blog_test.js PROGRAM: in a real browser somebody sets the blog up, is told what is wrong with a form, logs out and in,
// and publishes; a page of another site can't post in that name.

'use strict'

const assert = require('node:assert/strict')
const {runTest} = require('./browser.js')

const EMAIL = 'ada@example.org'
const PASSWORD = 'correct horse'

/** Fills in the fields of the page's first form and sends it. */
async function submit(page, fields) {
  for (const [id, value] of Object.entries(fields)) await page.locator(`#${id}`).fill(value)
  await Promise.all([page.waitForNavigation(), page.locator('form >> nth=0').locator('button').click()])
}

const path = page => new URL(page.url()).pathname

async function setUp(page, url) {
  await page.goto(url)
  assert.equal(path(page), '/auth/create')
  await submit(page, {email: EMAIL, name: 'Ada', password: 'short'})
  assert.match(await page.getByRole('alert').textContent(), /eight characters/)
  assert.equal(await page.locator('#email').inputValue(), EMAIL, 'what was right need not be written again')
  await submit(page, {password: PASSWORD})
  assert.equal(path(page), '/compose')
}

async function publish(page) {
  await submit(page, {title: '', markdown: 'A *new* entry.'})
  assert.match(await page.getByRole('alert').textContent(), /needs a title/)
  assert.equal(await page.locator('#markdown').inputValue(), 'A *new* entry.')
  await submit(page, {title: '"Quotes" & <tags>'})
  assert.equal(path(page), '/entry/quotes-tags')
  assert.equal(await page.locator('article h2').textContent(), '"Quotes" & <tags>')
  assert.equal(await page.locator('article em').textContent(), 'new')
}

async function logOutAndIn(page, url) {
  await page.goto(url + '/compose')
  await Promise.all([page.waitForNavigation(), page.getByRole('button', {name: 'Log out'}).click()])
  await page.goto(url + '/compose?id=1')
  assert.equal(path(page), '/auth/login')
  await submit(page, {email: EMAIL, password: 'wrong'})
  assert.match(await page.getByRole('alert').textContent(), /wrong/)
  await submit(page, {password: PASSWORD})
  assert.equal(path(page), '/compose', 'it leads to where one wanted to go')
  assert.equal(await page.locator('#title').inputValue(), '"Quotes" & <tags>')
}

/** The browser says that another site's page has sent it, and has not given away the cookies. */
async function refusesForgery(page, url) {
  await page.goto('data:text/html,<form method=post action="' + url + '/compose"><input name=title value=forged>' +
    '<input name=markdown><button>Win!</button></form>')
  const [response] = await Promise.all([page.waitForNavigation(), page.locator('button').click()])
  assert.equal(response.status(), 403)
  await page.goto(url + '/archive')
  assert.equal(await page.locator('.archive li').count(), 1)
}

runTest(process.argv[2], async (context, program) => {
  const page = await context.newPage()
  await setUp(page, program.url)
  await publish(page)
  await logOutAndIn(page, program.url)
  await refusesForgery(page, program.url)
})
