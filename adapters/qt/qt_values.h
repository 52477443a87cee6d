// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <QByteArray>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QJsonParseError>
#include <QString>

#include <eddy/web/app/path_value.h>
#include <eddy/web/http/json.h>

/// Qt's own values in handlers, functions and templates, for who includes this header and links
/// eddy::web. A QString is text: it can be written, returned, printed by a template, be a part of a
/// path (`[](QString name)`) and an argument (`get_argument<QString>("q")`). A QByteArray can be
/// written and returned. QJsonObject, QJsonArray and QJsonDocument are JSON: written, returned, and
/// taken from a request's content.
///
/// Text goes out as UTF-8; Qt replaces half a surrogate pair.

QT_BEGIN_NAMESPACE

/// See <eddy/web/http/text.h>.
inline void append_to(std::string& out, const QByteArray& bytes) {
  out.append(bytes.constData(), static_cast<std::size_t>(bytes.size()));
}
inline void append_to(std::string& out, const QString& text) { append_to(out, text.toUtf8()); }

QT_END_NAMESPACE

namespace eddy::inline v0::web {

template <>
struct PathValue<QString> {
  static std::optional<QString> parse(std::string_view text) {
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
  }
  static std::string to_text(const QString& value) { return value.toStdString(); }
};

template <>
struct JsonValue<QJsonDocument> {
  static void append(std::string& out, const QJsonDocument& document) {
    // Qt has no text for it, and nothing is no JSON.
    if (document.isNull()) {
      out += "null";
      return;
    }
    const std::size_t start = out.size();
    append_to(out, document.toJson(QJsonDocument::Compact));
    escape_json_end_tags(out, start);
  }
  static QJsonDocument parse(std::string_view text) {
    QJsonParseError error;
    // What is parsed is copied, so that the view need not live on.
    QJsonDocument document = QJsonDocument::fromJson(
        QByteArray::fromRawData(text.data(), static_cast<qsizetype>(text.size())), &error);
    if (error.error != QJsonParseError::NoError) {
      throw JsonError("at byte " + std::to_string(error.offset) + ": " +
                      error.errorString().toStdString());
    }
    return document;
  }
};

template <>
struct JsonValue<QJsonObject> {
  static void append(std::string& out, const QJsonObject& object) {
    JsonValue<QJsonDocument>::append(out, QJsonDocument(object));
  }
  static QJsonObject parse(std::string_view text) {
    const QJsonDocument document = JsonValue<QJsonDocument>::parse(text);
    if (!document.isObject()) throw JsonError("an array, and no object");
    return document.object();
  }
};

template <>
struct JsonValue<QJsonArray> {
  static void append(std::string& out, const QJsonArray& array) {
    JsonValue<QJsonDocument>::append(out, QJsonDocument(array));
  }
  static QJsonArray parse(std::string_view text) {
    const QJsonDocument document = JsonValue<QJsonDocument>::parse(text);
    if (!document.isArray()) throw JsonError("an object, and no array");
    return document.array();
  }
};

}  // namespace eddy::inline v0::web
