# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Cookies, signed values, entity tags and forged requests."""

from item import item

ITEMS = [
    item("W35", "get_cookie() reads a cookie of the request, and set_cookie() sets one of the response, with domain, "
         "expires, path ('/' unless said otherwise), expires_days, max_age, httponly, secure and samesite; one of the same "
         "name is replaced, and all go out with the first flush.",
         "RequestHandler::get_cookie RequestHandler::set_cookie CookieOptions Request::cookies",
         "HandlerCookies.AreThoseOfTheRequest,AreSentOnceInTheOrderInWhichTheyWereSet "
         "HandlerCookies.StayWhenTheResponseBeginsAnew,CantBeSetBehindTheHead HandlerCookiesServed.GoOutWithTheFirstFlush "
         "SetCookie.TheShortestAndTheLongest",
         differs="Behind the head set_cookie() is an error, where Tornado's is lost."),
    item("W36", "A value has no blanks or control characters; name, domain, path and samesite no ';' either. Attributes "
         "stand in the order of the alphabet, and special characters of a value in quotes, as octal numbers.",
         "format_set_cookie quote_cookie_value",
         "SetCookie.TheShortestAndTheLongest,CharactersThatWouldEndSomething,NamesThatAreNone "
         "SetCookie.WhatTheNameOrPartitionedPromises QuoteCookieValue.IsUndoneByUnquoting "
         "HandlerCookies.RefuseWhatBrowsersWouldDrop python:web/app/tornado_test.py:SetCookies.test_both_write_the_same "
         "python:web/app/tornado_test.py:SetCookies.test_both_refuse_the_same",
         differs="There is Partitioned besides, and what __Host- and __Secure- promise is held to."),
    item("W37", "expires is a time in any of Python's forms; expires_days counts where it is missing; a max_age of 0 is not "
         "sent. clear_cookie() is an empty value that expired a year ago, and takes neither expires nor max_age; "
         "clear_all_cookies() does so for all of the request.",
         "CookieOptions RequestHandler::clear_cookie RequestHandler::clear_all_cookies format_cookie_removal",
         "SetCookie.ExpiresAtATimeOrInDays,AMaxAgeOfZeroIsSent,Removal HandlerCookies.AreForgotten "
         "python:web/app/tornado_test.py:SetCookies.test_both_remove_the_same",
         differs="A max_age of 0 is sent: the cookie is to go at once."),
    item("W38", "set_signed_cookie() signs, for 30 days unless told otherwise; get_signed_cookie() gives the value, of 31 "
         "days at most, or None; create_signed_value() and the version of the key are there alone, too, and functions with "
         "a clock of one's own.",
         "RequestHandler::set_signed_cookie RequestHandler::get_signed_cookie RequestHandler::create_signed_value "
         "RequestHandler::get_signed_cookie_key_version ValueSigner::create ValueSigner::decode ValueSigner::key_version",
         "SignedCookies.ComeBackAsTheyWereSet,LastAsLongAsTheyAreTold,Last30DaysUnlessToldOtherwise "
         "SignedCookies.AreRefusedWhenTheyAreTooOldOrOfAnOldVersion,NameTheirKey "
         "ValueSigner.TheClockIsTheSystemsUnlessGiven,KeyVersionOfAText",
         differs="Under the newer names alone, not set_secure_cookie() and its kin."),
    item("W39", "Version 2 is '2|', then key version, time, name and value in base64, each with its length before it, then "
         "HMAC-SHA256 of all that in hexadecimal; version 1 is base64, time and HMAC-SHA1. A number of one to three digits "
         "before a '|' is a version; one above 2 is refused.",
         "ValueSigner",
         "ValueSigner.MakesWhatTornadoMakes,TakesWhatTornadoMakes,WhichVersionATextIsOf "
         "ValueSigner.NoCharacterCanBeChangedAddedOrTakenAway "
         "python:web/app/tornado_test.py:SignedValues.test_both_write_the_same_and_read_it "
         "ConstantTimeEqual.SeesEveryDifference"),
    item("W39a", "A text is refused that is older than allowed, of a lower version, another name, an unknown key, or "
         "malformed; the future is refused in version 1 only, beyond 31 days, and so is a time that begins with 0. Of "
         "several keys one signs and all verify, in version 2 only.",
         "ValueSigner SigningKey SignedValueOptions SignedValueFault",
         "ValueSigner.AgeEndsExactly,TheFutureIsTakenInVersion2Only,MinVersion,AnotherNameOrSecret "
         "ValueSigner.FieldsOfVersion2ThatAreNone "
         "ValueSigner.NothingMovesBetweenTheFieldsOfVersion1,EveryKeyOfARingVerifiesAndOneSigns,KeysThatAreNone "
         "python:web/app/tornado_test.py:SignedValues.test_both_refuse_what_is_too_old_or_of_an_old_version "
         "python:web/app/tornado_test.py:SignedValues.test_both_judge_what_was_changed_alike "
         "python:web/app/tornado_test.py:SignedValues.test_both_write_the_same_with_several_keys",
         differs="SignedValueFault says why one is refused, in place of a warning in the log."),
    item("W39b", "What it writes for given clock, secret, name and value is known to the byte, and lasts 31 days to the "
         "second.",
         "ValueSigner",
         "ValueSigner.MakesWhatTornadoMakes,TakesWhatTornadoMakes,AgeEndsExactly"),
    item("W40", "A response of 200 to GET or HEAD that is sent as a whole gets the SHA-1 of its content as its entity tag, "
         "and is a 304 for who has it; compute_etag() may give another, or none.",
         "Settings::etags RequestHandler::compute_etag RequestHandler::set_etag_header RequestHandler::check_etag_header",
         "EtagTest.IsTheDigestOfTheContent,WhoHasTheContentIsToldSo,OnlyWhatIsReadHasOne "
         "EtagTest.ErrorsAndOtherStatusesHaveNone,OneThatIsSetIsKept "
         "EtagTest.AHandlersOwnNeedsNoSetting,IsOffUnlessItIsSet,OneThatCantBeMadeIsLogged EtagServedTest.A304IsAHeadAlone "
         "python:web/app/tornado_test.py:Handlers.test_both_tag_alike",
         differs="It is off unless Settings::etags is on or a handler has a compute_etag() of its own; a function's "
         "response has none."),
    item("W41", "If-None-Match is a list of tags, or '*' at its beginning, compared weakly; where the response has no tag "
         "nothing matches.",
         "RequestHandler::check_etag_header tag_list_matches",
         "EtagTest.TagsAreComparedWeakly TagList.IfNoneMatch,AStarAloneIsAnything,NothingBehindWhatIsMalformedMatches "
         "python:web/app/tornado_test.py:Handlers.test_both_tag_alike",
         differs="A '*' stands alone, and nothing behind what is malformed matches."),
    item("W42", "With xsrf_cookies a token of 16 random bytes is in a cookie and in each form, under another mask each time "
         "(version 2), or in plain hexadecimal (version 1); a cookie that is neither is taken as bytes.",
         "Settings::xsrf_cookies XsrfToken",
         "XsrfToken.MakesWhatTornadoMakes,TakesWhatTornadoMakes,EveryTextHasAMaskOfItsOwn "
         "XsrfToken.HexInEitherCaseAndOldCookiesThatAreNone,TextsThatAreNone "
         "XsrfTest.IsOffUnlessItIsSet,TheTokensCookieIsSetOnceForThoseWhoHaveNone "
         "python:web/app/tornado_test.py:XsrfTokens.test_both_write_the_same_and_read_it "
         "python:web/app/tornado_test.py:XsrfTokens.test_both_read_other_texts_alike"),
    item("W43", "The cookie is called _xsrf or as the setting says, and is set only where the request has none that is "
         "valid; it has the options of the setting, and lasts 30 days for who has logged in.",
         "Settings::xsrf_cookie_name Settings::xsrf_cookie_options Settings::xsrf_cookie_version",
         "XsrfTest.TheCookieIsAsTheSettingsSay,TheTokensCookieIsSetOnceForThoseWhoHaveNone "
         "XsrfTest.TheCookieOfAUserLasts30DaysUnlessTheSettingsSayAnother SettingsTest.RefusesWhatCouldNotWork"),
    item("W44", "The token is the argument _xsrf, or X-XSRFToken, or X-CSRFToken; one that is missing, malformed or another "
         "is a 403, whatever the versions; an ErrorHandler is not checked, so that a wrong URL stays a 404.",
         "RequestHandler::check_xsrf_cookie Settings::xsrf_sec_fetch_site RouteOptions::check_xsrf",
         "XsrfTest.ATokenThatFitsTheCookieIsTaken,VersionsOfTokenAndCookieMayDiffer,AnotherTokenIsRefused "
         "XsrfTest.ABrowsersWordGoesBeforeTheToken "
         "XsrfTest.SafeMethodsAreNotChecked,RoutesOfFunctionsAreCheckedToo,AHandlerMayLetOthersPass "
         "XsrfUploadTest.AStreamedContentIsNotLookedInto "
         "python:web/app/tornado_test.py:Handlers.test_both_refuse_the_same_as_forged "
         "python:web/app/tornado_test.py:XsrfTokens.test_tornado_takes_what_eddy_sends",
         differs="Where the browser says by Sec-Fetch-Site whose page it was, that counts before the token."),
    item("W45", "xsrf_token is the token, and xsrf_form_html() the hidden field of a form.",
         "RequestHandler::xsrf_token RequestHandler::xsrf_form_html",
         "XsrfTest.TheTokenIsTheSameForAllOfAResponse "
         "python:web/app/tornado_test.py:Handlers.test_both_make_the_same_hidden_field"),
]
