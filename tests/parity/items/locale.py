# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Translations."""

from item import item, later

HOST = "until then the host's: tr() of Qt, gettext of GLib"

ITEMS = [
    later("LC1", "load_translations() reads CSV files, one for each language, with plural forms.",
          HOST),
    later("LC2", "load_gettext_translations() reads .mo files of a domain.",
          HOST),
    later("LC3", "A locale is found by codes, the closest that there is, or the default.",
          "what a client likes is in Accept-Language, which parse_quality_list() reads",
          "QualityOf.Languages",
          "parse_quality_list"),
    later("LC4", "A Locale has a code, a name of its own, and a direction.",
          HOST),
    item("LC5", "translate() gives a message in that language, in its plural form.",
         "Translator TranslationScope RequestHandler::translator",
         "Translation.IsEscapedAndKnowsPluralAndContext,ALanguageMayHaveMoreForms,TextsAreAsTheyAreWrittenWithoutOne "
         "Translation.IsTheHandlersInItsPages",
         differs="A Translator of the program's does, by its library; templates call it by the same name, _()."),
    item("LC6", "pgettext() does so within a context.",
         "Translator",
         "Translation.IsEscapedAndKnowsPluralAndContext",
         differs="A Translator of the program's does; templates call it by the same name."),
    later("LC7", "format_date() writes a date as people do, relative to now.",
          HOST),
    later("LC8", "format_day(), list() and friendly_number() write days, lists and numbers.",
          HOST),
]
