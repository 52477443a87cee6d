// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A program that takes Eddy in: it includes each component that it was built with, makes that
// host's Loop and lets a posted function end it.
#include <eddy/core/core.h>

#include <chrono>
#include <cstdio>

#if defined(USE_WEB)
#  include <eddy/web/web.h>
#endif
#if defined(USE_TEMPLATES)
#  include <templates/page.html.h>
#endif
#if defined(USE_TLS)
#  include <eddy/tls/tls.h>
#endif
#if defined(USE_STACKS)
#  include <eddy/core/base/thrown_at.h>
#  include <eddy/stacks/stacks.h>
#endif
#if defined(USE_QT)
#  include <eddy/qt/qt.h>
#  include <QCoreApplication>
#elif defined(USE_GLIB)
#  include <eddy/glib/glib.h>
#  include <glib.h>
#elif defined(USE_LIBEV)
#  include <eddy/libev/libev.h>
#  include <ev.h>
#elif defined(USE_ASIO)
#  include <eddy/asio/asio.h>
#  include <boost/asio/io_context.hpp>
#elif defined(USE_ASIO_STANDALONE)
#  include <eddy/asio/asio.h>
#  include <asio/io_context.hpp>
#elif defined(USE_TESTING)
#  include <eddy/testing/testing.h>
#endif

using namespace eddy;

namespace {

int run() {
  NativeLoop loop;
#if defined(USE_WEB)
  web::Application app;
  app.listen(loop, 0);
#endif
#if defined(USE_TEMPLATES)
  if (templates::Page{.number = 7}.render().find("page 7") == std::string::npos) return 1;
#endif
#if defined(USE_TLS)
  std::error_code error;
  tls::ServerContext tls({}, error);
  if (!error) return 1;  // there is no certificate
#endif
#if defined(USE_STACKS)
  keep_stacks();
  try {
    throw 7;
  } catch (...) {
    if (thrown_at(std::current_exception()).empty()) return 1;
  }
#endif
  bool called = false;
  loop.post([&] {
    called = true;
    loop.stop();
  });
  loop.run();
  std::printf("%s %s\n", EDDY_VERSION_STRING, called ? "called" : "not called");
  return called ? 0 : 1;
}

// Linked and constructed; what it does is the conformance suite's subject.
void make_host_loop() {
#if defined(USE_QT)
  static int argc = 1;
  static char name[] = "consumer";
  static char* argv[] = {name, nullptr};
  QCoreApplication qt(argc, argv);
  QtLoop loop;
#elif defined(USE_GLIB)
  GMainContext* context = g_main_context_new();
  { GlibLoop loop(context); }
  g_main_context_unref(context);
#elif defined(USE_LIBEV)
  LibevLoop loop(ev_default_loop(0));
#elif defined(USE_ASIO)
  boost::asio::io_context io;
  AsioLoop loop(io.get_executor());
#elif defined(USE_ASIO_STANDALONE)
  asio::io_context io;
  AsioLoop loop(io.get_executor());
#elif defined(USE_TESTING)
  eddy::testing::ManualLoop loop;
  loop.advance(std::chrono::hours(1));
#endif
}

}  // namespace

int main() {
  make_host_loop();
  return run();
}
