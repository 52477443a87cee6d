// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <QHBoxLayout>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QMessageBox>
#include <QPushButton>
#include <QSlider>
#include <QThread>
#include <QVBoxLayout>
#include <QWidget>
#include <functional>
#include <utility>

#include <eddy/core/loop/remote.h>

/// The program as it was before it had a web page: a slider with its value and a button that opens
/// a modal dialog.
class Window : public QWidget {
 public:
  /// Called after anything that state() shows has changed.
  std::function<void()> on_change = [] {};

  Window() {
    setWindowTitle("Eddy in Qt");
    auto* column = new QVBoxLayout(this);
    column->addWidget(&value_);
    column->addWidget(&slider_);
    column->addWidget(&work_);
    column->addWidget(&button_);
    value_.setAlignment(Qt::AlignCenter);
    work_.setAlignment(Qt::AlignCenter);
    value_.setStyleSheet("font-size: 48px");
    slider_.setRange(0, 100);
    connect(&slider_, &QSlider::valueChanged, this, [this](int value) {
      value_.setNum(value);
      on_change();
    });
    connect(&button_, &QPushButton::clicked, this, [this] { open_dialog(); });
    set_slider(25);
    set_work(0);
  }

  void set_slider(int value) { slider_.setValue(value); }
  void set_work(int done) {
    work_done_ = done;
    work_.setText(QString("The worker thread has done %1 pieces").arg(done));
    on_change();
  }

  /// Runs an event loop of its own until the dialog is closed.
  void open_dialog() {
    if (dialog_ != nullptr) return;
    QMessageBox dialog(
        QMessageBox::Information, "A modal dialog",
        "This dialog has an event loop of its own.\nThe page is served all the same.",
        QMessageBox::Ok, this);
    dialog_ = &dialog;
    on_change();
    dialog.exec();
    dialog_ = nullptr;
    on_change();
  }
  void close_dialog() {
    if (dialog_ != nullptr) dialog_->accept();
  }

  [[nodiscard]] QJsonObject state() const {
    return {{"slider", slider_.value()}, {"work", work_done_}, {"dialog", dialog_ != nullptr}};
  }

 private:
  QLabel value_;
  QSlider slider_{Qt::Horizontal};
  QLabel work_;
  QPushButton button_{"Open a modal dialog"};
  QMessageBox* dialog_ = nullptr;
  int work_done_ = 0;
};

/// A thread that tells the window's thread what it has done, by way of Eddy.
class Worker : public QThread {
 public:
  Worker(eddy::Remote remote, std::function<void(int)> report)
      : remote_(std::move(remote)), report_(std::move(report)) {}
  ~Worker() override {
    requestInterruption();
    wait();
  }

 private:
  void run() override {
    for (int done = 1; !isInterruptionRequested(); ++done) {
      msleep(500);
      remote_.post([this, done] { report_(done); });
    }
  }

  eddy::Remote remote_;
  std::function<void(int)> report_;
};
