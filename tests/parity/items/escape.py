# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Escaping."""

from item import item

ITEMS = [
    item("E1", "xhtml_escape() makes references of & < > \" and '; xhtml_unescape() characters of references by name or "
         "number.",
         "xhtml_escape xhtml_unescape",
         "XhtmlEscape.FiveCharacters XhtmlUnescape.NamesWithTheirSemicolon,Numbers,NumbersThatAreNoCharacters,Once "
         "AsTornado.TextsOfTornadosTestsAndRandomOnes,EveryNameAndNumber parity:escapes/xhtml,unescape,unescape_unknown",
         differs="A reference needs its semicolon; names are those of HTML 4, and of single characters of ASCII."),
    item("E2", "json_encode() writes a value as JSON that may stand in a script; json_decode() reads one.",
         "json_encode JsonObject json_string JsonValue RequestHandler::json_body",
         "JsonString.AsTornadoWritesIt,NeitherEndsAScriptNorHidesItsEnd,IsAlwaysUtf8 AsTornado.JsonOfAsciiTheSameToTheByte "
         "JsonEncode.TextNumbersTruthAndNothing,AnObjectHasItsFieldsInTheirOrder Json.IsReadByAHandler,IsWrittenIntoPages "
         "TemplateValues.AreEscapedForTheirPlace parity:escapes/json,json_markup",
         differs="Text is UTF-8, not ASCII; more than a small object is for the program's JSON library, by JsonValue."),
    item("E3", "squeeze() makes one blank of each run of blanks and control characters, and none at the ends.",
         "squeeze",
         "Squeeze.RunsBecomeOneBlank AsTornado.TextsOfTornadosTestsAndRandomOnes parity:escapes/squeeze"),
    item("E4", "url_escape() encodes all but unreserved characters, a blank as '+', or as %20 with slashes kept; "
         "url_unescape() decodes, to text or bytes; what is no encoding stays, what is no UTF-8 is replaced.",
         "url_escape url_unescape percent_decode",
         "UrlEscape.QueriesAndPaths AsTornado.TextsOfTornadosTestsAndRandomOnes PercentDecode.OnceAndMalformedKept "
         "parity:escapes/url,url_path,unurl,unurl_path,unurl_bad,unurl_not_utf8",
         differs="percent_decode() gives the bytes."),
    item("E5", "parse_qs_bytes() reads a query, strictly or not, with blank values or without; utf8(), to_unicode() and "
         "others change between text and bytes.",
         "Arguments::parse is_utf8 replace_invalid_utf8",
         "Arguments.AsInTornado Utf8.WellFormedOnly ReplaceInvalidUtf8.OneForWhatCouldHaveBegunACharacter "
         "AsTornado.BytesThatAreNoUtf8",
         differs="Text is UTF-8 in a std::string: there is nothing to change.",
         lacks="Strictness: a malformed query is read as far as it can be."),
    item("E6", "linkify() escapes a text and makes links of its URLs and of www.; parentheses belong to them in pairs, "
         "punctuation at the end does not; other protocols stay text; attributes and shortening are to be had.",
         "linkify LinkifyOptions",
         "Linkify.PunctuationAndParentheses,EverythingIsEscaped,Protocols,WithoutProtocol,BeyondAscii,Attributes "
         "Linkify.Shortens,TakesLinearTime Linkify.ShortensBetweenReferences LinkifyAsTornado.TextsOfAllKinds,RandomTexts "
         "parity:escapes/linkify,linkify_www,linkify_required,linkify_protocols,linkify_shorten,linkify_extra",
         differs="Shortening leaves no half of a reference."),
]
