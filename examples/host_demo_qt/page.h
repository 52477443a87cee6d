// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

inline constexpr const char* kPage = R"html(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Eddy in Qt</title>
<style>
  body { font: 16px sans-serif; max-width: 22em; margin: 1.5em auto; padding: 0 1em; text-align: center }
  output { display: block; font-size: 64px }
  input { width: 100%; margin: 0 }
  #dialog[data-open=true] { color: #b00020; font-weight: bold }
</style>
</head>
<body>
<output id="value">-</output>
<input id="slider" type="range" min="0" max="100" aria-label="The window's slider">
<p>The worker thread has done <b id="work">-</b> pieces</p>
<p id="dialog">-</p>
<button id="open">Open the dialog</button>
<button id="close">Close the dialog</button>
<script>
  const element = id => document.getElementById(id)
  const put = path => fetch(path, {method: 'PUT'})

  element('slider').oninput = event => put('/slider/' + event.target.value)
  element('open').onclick = () => put('/dialog/open')
  element('close').onclick = () => put('/dialog/close')

  function show(state) {
    element('value').textContent = state.slider
    if (!element('slider').matches(':active')) element('slider').value = state.slider
    element('work').textContent = state.work
    element('dialog').textContent = state.dialog ? 'A modal dialog is open' : 'No dialog is open'
    element('dialog').dataset.open = state.dialog
  }

  // Each answer comes when the window has changed.
  async function follow() {
    for (let version = -1;;) {
      try {
        const state = await (await fetch('/state/' + version)).json()
        version = state.version
        show(state)
      } catch {
        element('dialog').textContent = 'The program does not answer'
        version = -1
        await new Promise(resolve => setTimeout(resolve, 1000))
      }
    }
  }
  follow()
</script>
</body>
</html>
)html";
