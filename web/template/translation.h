// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#pragma once

#include <string>
#include <string_view>

#include <eddy/core/base/export.h>

namespace eddy::inline v0::web {

/// Translates the texts of pages: the seam to gettext, Qt's translations or a catalogue of the
/// program's own. A handler names one by RequestHandler::translator(); templates call it as
/// `_("message")`, `_("{} file", "{} files", count)` and `pgettext("menu", "Open")`.
///
/// Thread: those that pages are rendered on; one that is shared must bear it.
/// Source: tornado.locale.Locale.
class EDDY_API Translator {
 public:
  virtual ~Translator();

  /// The message in this translator's language, in UTF-8, or as it is where it has none.
  /// `context` tells apart messages that read alike, and is empty for most.
  [[nodiscard]] virtual std::string translate(std::string_view message,
                                              std::string_view context) const = 0;
  /// The form for so many, of which a language may have more than these two. By default the
  /// translation of `message` for 1, and of `plural_message` for all others.
  [[nodiscard]] virtual std::string translate_plural(std::string_view message,
                                                     std::string_view plural_message,
                                                     long long count,
                                                     std::string_view context) const;

 protected:
  Translator() = default;
  Translator(const Translator&) = default;
  Translator& operator=(const Translator&) = default;
};

/// While it lives, pages that this thread renders are translated by `translator`, which outlives
/// it; null: not at all. render() of a handler has one; elsewhere it is the program's:
///
///     const TranslationScope german(&translator);
///     send_mail(templates::Welcome{.user = user}.render());
///
/// They end in the opposite order, and none lives across a co_await.
class EDDY_API TranslationScope {
 public:
  explicit TranslationScope(const Translator* translator) noexcept;
  TranslationScope(const TranslationScope&) = delete;
  TranslationScope& operator=(const TranslationScope&) = delete;
  ~TranslationScope();

  /// That of this thread's innermost scope; null for none.
  [[nodiscard]] static const Translator* current() noexcept;

 private:
  const Translator* outer_;
};

}  // namespace eddy::inline v0::web
