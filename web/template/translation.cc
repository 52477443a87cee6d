// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include <eddy/web/template/translation.h>

#include <utility>

#include <eddy/web/template/output.h>

namespace eddy::inline v0::web {

namespace {

thread_local const Translator* translator_of_thread = nullptr;

}  // namespace

Translator::~Translator() = default;

std::string Translator::translate_plural(std::string_view message, std::string_view plural_message,
                                         long long count, std::string_view context) const {
  return translate(count == 1 ? message : plural_message, context);
}

TranslationScope::TranslationScope(const Translator* translator) noexcept
    : outer_(std::exchange(translator_of_thread, translator)) {}

TranslationScope::~TranslationScope() { translator_of_thread = outer_; }

const Translator* TranslationScope::current() noexcept { return translator_of_thread; }

namespace template_support {

std::string translated(std::string_view message, std::string_view context) {
  const Translator* const translator = TranslationScope::current();
  return translator != nullptr ? translator->translate(message, context) : std::string(message);
}

std::string translated(std::string_view message, std::string_view plural_message, long long count,
                       std::string_view context) {
  const Translator* const translator = TranslationScope::current();
  if (translator == nullptr) return std::string(count == 1 ? message : plural_message);
  return translator->translate_plural(message, plural_message, count, context);
}

}  // namespace template_support

}  // namespace eddy::inline v0::web
