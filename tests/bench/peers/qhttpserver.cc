// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Qt HttpServer in a QCoreApplication. QT_NO_GLIB=1 in the environment chooses Qt's own dispatcher.
#include <QCoreApplication>
#include <QHttpServer>
#include <QHttpServerResponse>
#include <QSocketNotifier>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTimer>

#include <cstdio>

#include <tests/bench/bench_program.h>

namespace {

/// Qt HttpServer sends a response in several pieces, which without TCP_NODELAY wait for each other.
class TcpServer final : public QTcpServer {
 protected:
  void incomingConnection(qintptr descriptor) override {
    auto* socket = new QTcpSocket(this);
    socket->setSocketDescriptor(descriptor);
    socket->setSocketOption(QAbstractSocket::LowDelayOption, 1);
    addPendingConnection(socket);
  }
};

QHttpServerResponse dated(QHttpServerResponse response) {
  response.setHeader("Date", bench::http_date());
  return response;
}

QHttpServerResponse hello() {
  return dated(QHttpServerResponse("text/plain; charset=UTF-8", QByteArray("Hello, world")));
}

}  // namespace

int main(int argc, char** argv) {
  QCoreApplication application(argc, argv);
  const bench::ProgramOptions options = bench::program_options(argc, argv);
  bench::PeerReport report(options);
  const QString file = QString::fromStdString(options.file);

  QHttpServer server;
  server.route("/", [&](const QHttpServerRequest&) {
    report.handle();
    return hello();
  });
  server.route("/file", [&] {
    report.handle();
    return dated(QHttpServerResponse::fromFile(file));
  });
  TcpServer listener;
  if (!listener.listen(QHostAddress::LocalHost, options.port)) {
    std::fprintf(stderr, "%s: %s\n", argv[0], qPrintable(listener.errorString()));
    return 1;
  }
  server.bind(&listener);
  bench::print_url(listener.serverPort());

  const int reports = bench::signal_descriptor();
  QSocketNotifier notifier(reports, QSocketNotifier::Read);
  QObject::connect(&notifier, &QSocketNotifier::activated, [&] {
    if (!report.answer(reports)) QCoreApplication::quit();
  });
  QTimer timer;
  timer.setTimerType(Qt::PreciseTimer);
  timer.setSingleShot(true);
  const auto start_timer = [&] {
    report.lateness.set();
    timer.start(bench::Lateness::kPeriod);
  };
  QObject::connect(&timer, &QTimer::timeout, [&] {
    report.lateness.called();
    start_timer();
  });
  if (options.timer) start_timer();
  return QCoreApplication::exec();
}
