// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// host_demo_qt_test.js PROGRAM: in a real browser the page follows the window's slider, moves it, and goes on doing so
// while the window's modal dialog is open.

'use strict'

const assert = require('node:assert/strict')
const {runTest} = require('./browser.js')

/** Waits until an element of the page has that text. */
const shows = (page, id, text) =>
  page.waitForFunction(([id, text]) => document.getElementById(id).textContent === text, [id, String(text)])

/** The slider is moved on one page; the window moves, and the other page follows it. */
async function oneMovesAnotherFollows(mover, follower, value) {
  await mover.locator('#slider').fill(String(value))
  await shows(follower, 'value', value)
  assert.equal(await follower.locator('#slider').inputValue(), String(value))
}

async function workerIsSeen(page) {
  const done = Number(await page.locator('#work').textContent())
  await page.waitForFunction(
    done => Number(document.getElementById('work').textContent) >= done + 2, done)
}

async function test(context, program) {
  const complaints = []
  context.on('weberror', error => complaints.push(error.error().message))
  const left = await context.newPage()
  const right = await context.newPage()
  await left.goto(program.url)
  await right.goto(program.url)
  await shows(left, 'value', 25)
  await shows(left, 'dialog', 'No dialog is open')

  for (const value of [0, 33, 100]) await oneMovesAnotherFollows(left, right, value)
  await workerIsSeen(right)

  await left.locator('#open').click()
  await shows(right, 'dialog', 'A modal dialog is open')
  for (const value of [5, 50, 95]) await oneMovesAnotherFollows(right, left, value)
  await workerIsSeen(left)
  const fresh = await context.newPage() // new connections are taken too
  await fresh.goto(program.url)
  await shows(fresh, 'value', 95)
  await shows(fresh, 'dialog', 'A modal dialog is open')

  await fresh.locator('#close').click()
  await shows(left, 'dialog', 'No dialog is open')
  await oneMovesAnotherFollows(left, fresh, 42)

  await program.stop()
  await shows(left, 'dialog', 'The program does not answer')
  assert.deepEqual(complaints, [])
}

runTest(process.argv[2], test)
