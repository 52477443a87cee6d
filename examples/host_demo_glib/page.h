// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

inline constexpr const char* kPage = R"html(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Eddy in GLib</title>
<style>
  body { font: 16px sans-serif; max-width: 22em; margin: 1.5em auto; padding: 0 1em; text-align: center }
  input { width: 100%; margin: 0 }
</style>
</head>
<body>
<h1 id="title">-</h1>
<p><button id="toggle">-</button></p>
<label>Volume <input id="volume" type="range" min="0" max="100"></label>
<p>On the bus: <code>org.example.Player</code></p>
<script>
  const element = id => document.getElementById(id)
  let playing = false

  element('toggle').onclick = () => fetch('/playing/' + Number(!playing), {method: 'PUT'})
  element('volume').oninput = event => fetch('/volume/' + event.target.value, {method: 'PUT'})

  async function follow() {
    for (let version = -1;;) {
      try {
        const state = await (await fetch('/state/' + version)).json()
        version = state.version
        playing = state.playing
        element('title').textContent = state.title
        element('toggle').textContent = playing ? 'Pause' : 'Play'
        if (!element('volume').matches(':active')) element('volume').value = state.volume * 100
      } catch {
        element('title').textContent = 'The player does not answer'
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
