// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/qt/qt.h>
#include <eddy/web/web.h>
#include <QApplication>
#include <QSlider>

int main(int argc, char** argv) {
  QApplication qt(argc, argv);
  QSlider slider(Qt::Horizontal);
  slider.show();

  eddy::QtLoop loop;
  eddy::web::Application app;
  app.get("/", [&] { return std::to_string(slider.value()); });
  app.listen(loop, 8888);

  return qt.exec();
}
