// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A Qt Widgets program and a page that follows it, also while a modal dialog is open. Move the
// slider in the window or on the page.

#include <QApplication>
#include <QSocketNotifier>
#include <QTimer>
#include <exception>
#include <string>
#include <string_view>

#include <eddy/qt/qt.h>
#include <eddy/web/web.h>
#include <examples/host_demo_qt/page.h>
#include <examples/host_demo_qt/window.h>
#include <examples/live.h>
#include <examples/program.h>

namespace {

/// What the page may see and do.
void add_routes(eddy::web::Application& app, Window& window, examples::Changes& changes) {
  app.get("/", [] { return eddy::web::Response::html(kPage); });

  app.get("/state/{seen}", [&](int seen) -> eddy::Task<eddy::web::Response> {
    co_await changes.newer_than(seen);
    QJsonObject state = window.state();
    state["version"] = changes.version();
    co_return examples::json(QJsonDocument(state).toJson().toStdString());
  });

  app.put("/slider/{value}", [&](int value) { window.set_slider(value); });

  // A dialog lasts longer than the request that opens it should.
  app.put("/dialog/{action}", [&](std::string_view action) {
    if (action == "open") QTimer::singleShot(0, &window, [&] { window.open_dialog(); });
    if (action == "close") window.close_dialog();
  });
}

}  // namespace

int main(int argc, char** argv) try {
  const examples::TerminationSignals signals_fd;
  QApplication qt(argc, argv);
  QSocketNotifier on_signal(signals_fd.fd(), QSocketNotifier::Read);
  QObject::connect(&on_signal, &QSocketNotifier::activated, &qt, &QApplication::quit);

  examples::Changes changes;
  Window window;
  window.on_change = [&] { changes.notify(); };

  eddy::QtLoop loop;
  Worker worker(loop.remote(), [&](int done) { window.set_work(done); });
  eddy::web::Application app;
  add_routes(app, window, changes);
  const auto& server = app.listen(loop, examples::port_option(argc, argv));
  examples::print_line(server.url());

  worker.start();
  window.show();
  return QApplication::exec();
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
