// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Qt WebSockets in a QCoreApplication, as in Qt's example of an echo server.
#include <QCoreApplication>
#include <QSocketNotifier>
#include <QWebSocket>
#include <QWebSocketServer>

#include <cstdio>

#include <tests/bench/bench_program.h>

int main(int argc, char** argv) {
  QCoreApplication application(argc, argv);
  const bench::ProgramOptions options = bench::program_options(argc, argv);
  bench::PeerReport report(options);

  QWebSocketServer server("echo", QWebSocketServer::NonSecureMode);
  QObject::connect(&server, &QWebSocketServer::newConnection, [&] {
    while (QWebSocket* const socket = server.nextPendingConnection()) {
      QObject::connect(socket, &QWebSocket::textMessageReceived, socket,
                       [socket, &report](const QString& message) {
                         report.handle();
                         socket->sendTextMessage(message);
                       });
      QObject::connect(socket, &QWebSocket::binaryMessageReceived, socket,
                       [socket, &report](const QByteArray& message) {
                         report.handle();
                         socket->sendBinaryMessage(message);
                       });
      QObject::connect(socket, &QWebSocket::disconnected, socket, &QObject::deleteLater);
    }
  });
  if (!server.listen(QHostAddress::LocalHost, options.port)) {
    std::fprintf(stderr, "%s: %s\n", argv[0], qPrintable(server.errorString()));
    return 1;
  }
  bench::print_url(server.serverPort());

  const int reports = bench::signal_descriptor();
  QSocketNotifier notifier(reports, QSocketNotifier::Read);
  QObject::connect(&notifier, &QSocketNotifier::activated, [&] {
    if (!report.answer(reports)) QCoreApplication::quit();
  });
  return QCoreApplication::exec();
}
