# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Routing, decorators, stock handlers, compression, modules."""

from item import absent, item

ITEMS = [
    item("W73", "A rule is a matcher, a target, arguments for it and a name; tuples of two to four become rules, and a text "
         "is the pattern of a path.",
         "Route route route_path RouteOptions::name",
         "Application.CallsTheMethodWithTypedGroups RequestHandler.IsInitializedWithWhatTheRouteHas "
         "Templates.AreForHandlerClassesToo Routes.MistakesAreNamedWhenTheApplicationIsBuilt",
         differs="A Route is made by route() or route_path(), which takes a template, /story/{id}; what does not fit is an "
         "error when it is added."),
    item("W74", "A target is a handler class, the dotted name of one, another router, a connection's delegate, a function "
         "of the request, or a list of rules.",
         "route FallbackHandler mount",
         "ShortForm.TakesPartsAndRequestAndGivesText FallbackHandler.HandsTheRequestToAFunction "
         "Mount.PutsARoutesPathBehindAPrefix,IsARouteThatMayBeMountedAndMatchedItself Json.IsTakenByAFunctionBesidePartsAndServices "
         "FallbackServer.ADelegateGetsTheContentPieceByPieceAndIsToldThatTheClientHasGone parity:routing/fallback",
         differs="A function takes parts of the path, the request, services and JSON, and gives text, JSON or a Response.",
         lacks="Names in place of classes."),
    item("W75", "Matchers are of anything, of a host, of the default host (not behind a proxy), of a path, or the program's "
         "own.",
         "Route::when Application::add_handlers Application::set_default_host",
         "Matchers.LeaveARequestToTheRoutesBehind,MustAllAccept,ThatThrowAreA500 "
         "Hosts.TheDefaultHostIsAskedLastAndNotForProxies Hosts.AMalformedPatternIsNamed "
         "ManualServerTest.AMatcherIsAskedOnceForARequestWithContent "
         "parity:routing/host,host_case,host_port,host_whole,default_host,default_host_proxied",
         differs="One of the program's own is a function that accepts the request or not; it gives the handler nothing."),
    item("W76", "The pattern of a path is a regular expression for all of it, whose groups all have names, or none of them.",
         "route",
         "Routes.PatternsMatchTheWholePath,APatternThatWouldBlowUpIsGivenUp,ATemplateIsLiteralButForItsParts "
         "Routes.MalformedTemplates parity:paths/whole,anchored,named,groups,trailing_slash,literal_encoded",
         differs="Groups are told by position, with names or without; one that takes too long is a 500."),
    item("W77", "The first rule that matches answers, unless it declines; rules of hosts go before those of every host, in "
         "the order in which they came.",
         "Application",
         "Routes.TheFirstThatMatchesWinsThoughLiteralsAreLookedUp "
         "Hosts.ComeBeforeEveryHostAndInOrderAndLeaveWhatTheyHaveNoRouteFor Router.FindsWhatALinearScanFinds "
         "OnePath.MatchersHaveTheMethodsOfAllThatMatch,ClassesAndFunctionsHaveTheMethodsOfAll "
         "OnePath.ASecondFunctionForAMethodIsRefusedAndOfClassesTheFirstWins "
         "parity:paths/first_match parity:routing/everyone,host_left",
         differs="A method that it lacks is for the next one of the same pattern that has it."),
    item("W78", "reverse_url() fills in as many values as there are groups, percent-encoded but for slashes; a pattern that "
         "is too complex can't be reversed; of two rules of a name the last counts, with a warning; routers within are "
         "searched.",
         "Application::reverse_url",
         "ReverseUrl.FillsGroupsByPositionWhateverTheirNames,EncodesAsTornadoDoesWithSlashesKeptWhereTheyMatch "
         "ReverseUrl.MistakesAreNamed "
         "ReverseUrl.APatternThatSaysTooLittleCannotBeReversed,FindsRoutesOfHostsAndBelowPrefixes "
         "ReverseUrl.AnEncodedValueIsWhatTheHandlerGets Router.TellsTheRouteWhoseNameIsTaken "
         "parity:pages/reverse,reverse_unknown,reverse_too_few",
         differs="Slashes are kept where the group could match them; a name that is taken is an error."),
    absent("W79", "A router of the program's own overrides find_handler(), and may be given to an HTTPServer without an "
           "application; what it has nothing for is a 404 without content.",
           "HttpServer takes a function of the request, or one that makes a MessageDelegate, and what that gives is the "
           "answer",
           "ServerTest.HttpServerNeedsNoApplication LeavingTest.ADelegateAnswersStepByStep",
           "HttpServer MessageDelegate"),
    item("W80", "authenticated sends who has not logged in to login_url with next=, by GET and HEAD: the path, or the whole "
         "URL where the login is elsewhere; without next where there is a query already; other methods are a 403.",
         "YourHandler::authenticated UserHandler::require_user is_local_url",
         "AuthenticatedTest.UsersGetIn,OthersAreSentToTheLogin,OtherMethodsAndThoseWithoutALoginAreRefused "
         "AuthenticatedTest.AMethodMayAskForItself IsLocalUrl.TakesPathsOfThisSiteAlone "
         "compiles:authenticated_without_users.cc "
         "python:web/app/tornado_test.py:Handlers.test_both_send_strangers_to_the_same_place",
         differs="It is a constant of the class; require_user() is for one method."),
    item("W81", "addslash and removeslash redirect GET and HEAD for good, with the query; other methods are a 404; '/' "
         "keeps its slash.",
         "RouteOptions::redirect_slash",
         "RedirectSlash.AddsTheSlashThatIsMissing,RemovesTheOneTooMuch,OtherMethodsAreNotSentAround "
         "RedirectSlash.NeverLeadsToAnotherHost RedirectSlash.RefusesWhatHasNoOtherForm",
         differs="It is an option of the route, whose pattern says which of the two it is."),
    item("W82", "stream_request_body: prepare() runs behind the head, data_received() gets the content, the method runs at "
         "the end; there are no arguments of the body; where the client leaves the method is not called.",
         "YourHandler::stream_request_body RequestBody",
         "StreamingTest.AHandlerClassGetsItsDataPieceByPiece,TheHandlerIsCalledBeforeTheBodyIsThere "
         "StreamingTest.AClientThatLeavesEndsTheReadWithAnError LeavingTest.AResetIsSeenWhileNothingIsRead "
         "XsrfUploadTest.AStreamedContentIsNotLookedInto parity:content/upload,upload_argument"),
    item("W83", "ErrorHandler answers every method by a status, unchecked for forgery.",
         "ErrorHandler",
         "ErrorHandler.AnswersEveryMethod FurtherMethods.AreAnsweredByFallbackAndErrorHandlersWhateverTheyAre "
         "XsrfTest.RoutesOfFunctionsAreCheckedToo "
         "parity:methods/error_handler_get,error_handler_post,error_handler_head,error_handler_unknown",
         differs="Also those that nobody knows; the status is one of an error, 400 to 599."),
    item("W84", "RedirectHandler answers GET by a 301 or 302, fills in groups by number or name, and appends the query.",
         "RedirectHandler",
         "RedirectHandler.FillsInGroupsAsTheyWereSentAndKeepsTheQuery,MayBeForNowAndIsForGetAndHeadOnly "
         "RedirectHandler.DoesNotLeadToAHostThatTheClientNames RedirectHandler.MistakesAreFoundBeforeAnyoneAsks "
         "parity:redirects/handler,handler_temporary,handler_query,handler_groups,handler_names "
         "parity:redirects/handler_query_added",
         differs="HEAD too; and a client never decides about the host."),
    item("W85", "FallbackHandler hands the request to a function, and has finished then.",
         "FallbackHandler",
         "FallbackHandler.HandsTheRequestToAFunction,WhatAFunctionThrowsIsAnErrorPage "
         "parity:routing/fallback,fallback_post,fallback_unknown "
         "FurtherMethods.AreAnsweredByFallbackAndErrorHandlersWhateverTheyAre "
         "FallbackServer.AFunctionThatStreamsTheContentIsCalledBeforeItIsThere",
         differs="A function, or a delegate for the content piece by piece; methods that nobody knows are its, too."),
    absent("W86", "Transforms change status, fields and content of a response on its way, one behind another.",
           "a handler writes what it means; compression and security fields are the server's and the application's",
           "SecurityHeadersTest.AreSentWithWhateverTheApplicationAnswers",
           "CompressionOptions SecurityHeaders"),
    item("W87", "gzip of text, JSON, XML, scripts and SVG from 1024 bytes on, or streamed, for who says gzip; Vary on every "
         "response; what is flushed can be read at once; the length is that of what is sent.",
         "CompressionOptions",
         "ApplyContentCoding.GivesTheFieldsTheirForm,TypesAreThoseOfTornadoAndThoseThatAreAdded "
         "ApplyContentCoding.SmallContentIsLeftAloneUnlessItIsStreamed,VaryIsAppendedTo "
         "ContentTest.AWholeResponseIsEncodedForWhoTakesIt,WhatIsFlushedCanBeDecodedAtOnce "
         "ContentCoding.QualityValuesDecide,TheServersOrderDecidesBetweenEquals "
         "parity:compression/compressed,small,json_type,script,svg,picture,vary,head,stream,stream_of_length "
         "parity:compression/refused",
         differs="By quality values, with brotli and zstd where they are built in; Vary only where another client could "
         "get another form; a HEAD compresses nothing, and tells no length."),
    absent("W88", "UI methods are functions of the handler that templates know by name.",
           "a template includes the header of what it calls",
           "TemplateCode.IsCpp"),
    item("W89", "A UIModule renders a part of a page, and brings scripts, styles and HTML for it, once a page; it knows "
         "handler, request, user and locale.",
         "Page PageResources template_names::handler",
         "TemplateModules.PutTheirResourcesIntoThePageOnce,NeedAPlaceForTheirResources "
         "PageNames.TheHandlerIsOfTheTypeThatIsAskedFor",
         differs="It is a value with append_to(), and the members of Tornado's names that it has; handler<Type>() is the "
         "page's."),
    item("W90", "Modules that are there: linkify, xsrf_form_html, and Template, for a template as a module, which may set "
         "resources.",
         "linkify RequestHandler::xsrf_form_html",
         "TemplateModules.PutTheirResourcesIntoThePageOnce PageNames.AreThoseOfTheHandler Linkify.EverythingIsEscaped "
         "XsrfTest.TheTokenIsTheSameForAllOfAResponse",
         differs="Every compiled template is a module; the others are functions, whose text {% module %} takes as well.",
         lacks="set_resources(): a struct around the template has the resources."),
]
