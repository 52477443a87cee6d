# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""RequestHandler."""

from item import item, later

ITEMS = [
    item("W1", "There is one handler for each request, whose constructor is not the program's; initialize() gets what the "
         "route was given.",
         "RequestHandler YourHandler::initialize route",
         "RequestHandler.IsInitializedWithWhatTheRouteHas,IsInitializedBeforeAPrepareThatWaits "
         "RequestHandler.WhatInitializeThrowsIsTheAnswer compiles:initialize_without_arguments.cc "
         "compiles:arguments_without_initialize.cc compiles:constructor_with_parameters.cc",
         differs="What it gets has types, and does not compile where they do not fit."),
    item("W2", "In this order: a method that is not known is a 405, the content is read and parsed, the path's groups are "
         "decoded, the request is checked for forgery, prepare() runs, the method runs if that has not answered, and the "
         "response is finished.",
         "RequestHandler",
         "RequestHandler.IsInitializedWithWhatTheRouteHas,AMalformedFormIsNoErrorWhereNobodyLooksAtIt "
         "XsrfTest.ARequestWithoutTokenIsRefusedBeforePrepare,ABodyThatIsNoFormIsTheClientsFault "
         "XsrfTest.SafeMethodsAreNotChecked Application.AGroupThatIsNotUtf8IsA400 "
         "parity:endings/prepare,prepare_finish,prepare_malformed_form,prepare_other_method,prepare_form_of_other_method "
         "parity:forms/multipart_unread parity:paths/not_utf8",
         differs="A method that the handler lacks is a 405 before anything else of it runs: before prepare(), and before "
         "the check that makes it a 403 in Tornado. A form is parsed when it is first asked for, so that one which is "
         "malformed is a 400 there, and nowhere if nobody looks at it."),
    item("W3", "A handler has get, head, post, delete, patch, put and options, each a 405 unless it is there, and takes the "
         "groups of the path by position or by name; SUPPORTED_METHODS may name more.",
         "YourHandler::get YourHandler::del further_method RequestHandler::path_arg RequestHandler::path_args",
         "Application.CallsTheMethodWithTypedGroups,FindsInheritedAndVirtualMethods,AMissingMethodIsA405WithAllow "
         "Application.ConvertsEachType PathArgs.AreThereByPositionAndByName "
         "FurtherMethods.AreAnsweredByTheMembersThatAClassNames,AreInAllowBehindTheOthers "
         "FurtherMethods.AreInheritedUnlessTheClassNamesItsOwn "
         "parity:methods/further,further_elsewhere parity:methods/get,post,put,patch,delete,options,head,post_to_get compiles:overloaded_get.cc "
         "compiles:private_get.cc compiles:final_handler.cc",
         differs="Parameters have types, and are filled by position whatever the groups' names; HEAD and OPTIONS are "
         "answered without a method of theirs; further_methods names further ones, and what no route has is a 501."),
    item("W4", "prepare() and the methods may be coroutines or not; what prepare() has answered goes no further.",
         "RequestHandler::prepare Task",
         "RequestHandler.PrepareMayEndTheRequest PrepareOfAForm.ReadsAllOfItHoweverItComes "
         "parity:endings/prepare_awaits,prepare_finish,prepare_finish_thrown,prepare_flushes "
         "parity:endings/prepare_form,prepare_form_before_method parity:content/awaited "
         "ServerTest.ATaskThatNeverWaitsIsAnsweredAtOnce compiles:get_returns_text.cc"),
    item("W5", "on_finish() runs when the response has been handed over, and can send nothing more.",
         "RequestHandler::on_finish",
         "RequestHandler.OnFinishComesOnceOnEveryPath,KnowsItsApplicationToItsEnd LeavingTest.TheLoopMayRunWithinOnFinish "
         "EndsTest.OnFinishComesOnceWhenTheServerGoes OwnedRoute.NoHookIsCalledOnceItsOwnerIsDead",
         differs="It runs once on every path, also when the handler is stopped or destroyed, but for a route whose owner "
         "has died; a FallbackHandler has none."),
    item("W6", "on_connection_close() runs where the client leaves while the handler waits.",
         "RequestHandler::on_connection_close",
         "LeavingTest.AClientThatHasGoneStopsAGetAndNoPost,WhoLeftDuringAnEarlierRequestHasLeftTheLaterOnesToo",
         differs="The tasks of GET and HEAD are stopped besides, those of others where cancel_on_disconnect says so."),
    item("W7", "data_received() gets the content piece by piece, and may make the client wait.",
         "YourHandler::data_received YourHandler::stream_request_body",
         "StreamingTest.AHandlerClassGetsItsDataPieceByPiece,AClientIsReadNoFasterThanTheHandlerTakes "
         "parity:content/upload,upload_chunked"),
    item("W8", "set_default_headers() runs whenever a response begins, also that of an error page. Without it there are "
         "Server, Content-Type (text/html; charset=UTF-8) and Date.",
         "RequestHandler::set_default_headers",
         "RequestHandler.ClearBeginsAnewWithTheDefaultHeaders,AnErrorPageHasTheReasonAndTheDefaultHeaders "
         "ServerTest.AnswersAndKeepsTheConnection parity:headers/default_type,clear "
         "parity:errors/typed_by_default,typed_by_default_error,own_page",
         differs="No Server is sent. An error page is HTML and says so, whatever the default type is."),
    item("W9", "set_header() replaces, add_header() adds, clear_header() removes; values are text, numbers or dates; one "
         "that can't be sent is an exception, so that no response can be split.",
         "RequestHandler::set_header RequestHandler::add_header RequestHandler::clear_header",
         "RequestHandler.AResponseCannotBeSplit,FieldsAreTextNumbersAndTimes Headers.WhatCouldSplitAResponseIsRefused "
         "parity:headers/set_add_clear,line_feed,carriage_return,latin,tab,utf8,no_type",
         differs="Text is of any encoding; a tab may stand within it."),
    item("W10", "set_status() takes any number and a reason; one that can't be sent, or has a '<', becomes Unknown, and so "
         "does that of a status without a name.",
         "RequestHandler::set_status",
         "RequestHandler.MisuseIsAnExceptionAndNothingElse,AnErrorPageHasTheReasonAndTheDefaultHeaders "
         "parity:status/created,unknown,reason,reason_latin,reason_line_end,three_digits parity:errors/reason_tag",
         differs="A reason that is dropped is the status's own; a status has three digits, or is an exception."),
    item("W11", "write() appends bytes, text or a dict, which becomes JSON and sets the type; a list is refused; after "
         "finish() it is an error.",
         "RequestHandler::write JsonValue",
         "Json.IsWrittenByAHandler RequestHandler.MisuseIsAnExceptionAndNothingElse "
         "parity:content/parts,bytes,json,json_list,json_finish parity:endings/write_after_finish",
         differs="It takes several parts, numbers too, and JSON arrays: no browser of today lets another site read one."),
    item("W12", "JSON is written in ASCII, in the order of its members, with '</' as '<\\/'.",
         "RequestHandler::write escape_json_end_tags",
         "Json.IsWrittenByAHandler,EndTagsCannotEndAScript,NeitherEndsAScriptNorHidesItsEnd parity:content/json_markup,json_text,json_several",
         differs="Without blanks between its parts, and without '<!--' and '<script', which hide the end of a script; what else of it is the library's, nlohmann/json or another."),
    item("W13", "flush() sends the head once and then what has been written; awaited, it waits for a client that is slow. "
         "What comes later has no length and no entity tag.",
         "RequestHandler::flush RequestHandler::headers_sent",
         "ResponseStreamTest.AHandlerOfAClassMaySendWhatItHas,TheHandlerWaitsForASlowReader "
         "ResponseStreamTest.WhatIsSetTooLateIsAnError EtagServedTest.WhatIsStreamedHasNone "
         "HandlerCookiesServed.GoOutWithTheFirstFlush parity:content/stream,stream_status,stream_1_0,stream_of_length",
         differs="It must be awaited: without that nothing is sent before the end."),
    item("W14", "finish() takes a last part, text or a dict, and is an error when it is called twice; a whole response gets "
         "its length and entity tag. 1xx, 204 and 304 have no content, no type and no language; content for them is an "
         "error. Behind it come the access log and on_finish().",
         "RequestHandler::finish RequestHandler::finished",
         "RequestHandler.MisuseIsAnExceptionAndNothingElse ContentTest.WhereThereIsNoneItIsNotDescribed "
         "ServerTest.AResponseThatCannotBeFramedIsA500 ResponseStreamTest.AFlushBehindTheEndLosesNothing "
         "WaitingTest.AFinishedResponseIsSentBeforeTheTaskEnds parity:endings/finish_twice "
         "parity:status/no_content,no_content_written,not_modified,not_modified_written parity:content/json_finish",
         differs="Its last part is what write() takes; content for a status that has none is dropped; a 1xx that is meant as "
         "the response is a 500."),
    item("W15", "HEAD is answered with the fields of GET, the length included, and without the content.",
         "RequestHandler",
         "ResponseWriter.HeadHasTheLengthAndNoContent ServerTest.HeadAndConnectionClose "
         "ResponseStreamTest.HeadGetsTheHeadOnly parity:status/head,head_no_content,head_not_found "
         "parity:content/parts_head Application.HeadIsAnsweredByGet",
         differs="Without a head() of the handler's it is get() that answers."),
    item("W16", "redirect() is a 302, a 301 for good, or any status from 300 to 399; its Location is sent as it was given; "
         "it ends the request, without content, and is an error once the head was sent.",
         "RequestHandler::redirect",
         "RequestHandler.RedirectsByAnyStatusOfRedirection,AResponseCannotBeSplit "
         "ResponseStreamTest.AHandlerOfAClassMaySendWhatItHas "
         "parity:redirects/temporary,permanent,see_other,no_redirection,status_299,relative,utf8,line_end "
         "parity:redirects/keeps_fields parity:endings/redirect_after_finish"),
    item("W17", "render() writes a page with the resources of its modules and ends the request: style sheets before the end "
         "of the head, scripts before the last end of the body, HTML before the first.",
         "RequestHandler::render Page PageResources",
         "TemplateInAHandler.IsAppendedToTheContent "
         "TemplateModules.PutTheirResourcesIntoThePageOnce,NeedAPlaceForTheirResources "
         "TemplateModules.ScriptsComeBeforeTheLastEndOfTheBodyAndHtmlBeforeTheFirst parity:pages/list",
         differs="It takes a compiled page, and appends it: the request goes on."),
    item("W18", "render_string() gives a page as text; pages know the handler, the request, the user, the locale, URLs, "
         "modules.",
         "RequestHandler::render_string Page",
         "TemplatePage.IsAppendedAndAllocatesNothingWhereThereIsRoom TemplateCode.IsCpp "
         "PageNames.AreThoseOfTheHandler,AreThereInPagesThatAreTextToo,NeedAHandler,TheHandlerIsOfTheTypeThatIsAskedFor "
         "Translation.IsTheHandlersInItsPages",
         differs="It takes a compiled page; page.render() gives the text of one that needs no handler, anywhere. Pages know "
         "static_url(), reverse_url(), csp_nonce(), xsrf_form_html() and _() of the handler, and itself as handler<Type>(); "
         "what else they need they are given as parameters."),
    item("W19", "How the resources of modules are written can be overridden; each is written once; relative paths are those "
         "of static_url().",
         "PageResources RequestHandler::render_linked_css RequestHandler::render_embed_css RequestHandler::render_linked_js "
         "RequestHandler::render_embed_js",
         "TemplateModules.PutTheirResourcesIntoThePageOnce PageNames.AreThoseOfTheHandler "
         "PageNames.FilesStayAsTheyAreWhereThereAreNoStaticOnes,W19HowResourcesAreWrittenIsTheHandlersToSay"),
    item("W20", "send_error() begins anew and ends the request with the page of a status; where the head was sent it tells "
         "the log and ends what there is. A 304 has no page.",
         "RequestHandler::send_error",
         "RequestHandler.WriteErrorCanBeOverridden,AnErrorPageHasTheReasonAndTheDefaultHeaders "
         "ResponseStreamTest.AHandlerOfAClassMaySendWhatItHas ResponseStreamTest.AnErrorBehindTheHeadCutsTheConnection "
         "parity:errors/send_error,send_error_reason,not_modified,streaming",
         differs="Called behind a head that was sent it is an exception, and a response that failed there is cut: what is "
         "not whole must not look so."),
    item("W21", "write_error() writes a page with status and reason, escaped, or the traceback where serve_traceback is on; "
         "one of the program's own may write another; what it throws is logged, and the page is empty.",
         "RequestHandler::write_error",
         "RequestHandler.WriteErrorCanBeOverridden,LogsAndPagesAreItsOwnWhereItLikes "
         "RequestHandler.WhatItsLogAndPageThrowIsLoggedAndThePageIsEmpty "
         "RequestHandler.ExceptionsBecomeErrorPagesAndOneLineOfLog "
         "DebugPageTest.TellsWhatWasThrownByWhatAndForWhat DebugPage.IsForThisMachineOnly "
         "parity:errors/http_error,reason_markup,own_page,own_page_exception,bad_page",
         differs="With serve_traceback there are types, messages and stacks of the exception and its causes, for clients of "
         "this machine."),
    item("W22", "log_exception() logs an HTTPError with a message as a warning, and other exceptions as errors with a "
         "traceback and the request; what fails in it is logged.",
         "RequestHandler::log_exception describe_with_stack",
         "RequestHandler.ExceptionsBecomeErrorPagesAndOneLineOfLog,LogsAndPagesAreItsOwnWhereItLikes "
         "RequestHandler.WhatItsLogAndPageThrowIsLoggedAndThePageIsEmpty HelloTest.AnErrorOfAHandlerMustBeExpected "
         "XsrfUploadTest.AStreamedContentIsNotLookedInto StacksTest.AreInTheLogOfWhatIsNotAnHttpError",
         differs="The stack is logged by programs that link eddy::stacks."),
    item("W23", "HTTPError has a status, a message for the log, which is a format, and a reason for the client; Finish ends "
         "the request as it is, perhaps with a last part; a missing argument is an error of 400 with its name.",
         "HttpError Finish MissingArgumentError ArgumentError",
         "RequestHandler.FinishEndsTheRequestAsItIs,AnErrorPageHasTheReasonAndTheDefaultHeaders "
         "ShortForm.MayThrowFinishAndReasonsToo Arguments.AMissingOneIsA400 parity:endings/finish_thrown,finish_thrown_text "
         "parity:errors/http_error,reason,status_200_thrown",
         differs="A message is no format; what Finish brings is text; an HttpError of a status that is no error or "
         "redirection is a 500."),
    item("W24", "An exception is the page of its status, or a 500; behind finish() it is only logged.",
         "RequestHandler",
         "RequestHandler.ExceptionsBecomeErrorPagesAndOneLineOfLog ServerTest.ExceptionsBecomeA500AndTheConnectionGoesOn "
         "parity:errors/exception,awaiting,finished"),
    item("W25", "get_argument() gives the last value, of the body where it has one; a missing one is a 400, unless there is "
         "something to fall back on; get_arguments() gives all; both look at query and body, or at one of them.",
         "RequestHandler::get_argument RequestHandler::get_query_argument RequestHandler::get_body_argument "
         "RequestHandler::get_arguments RequestHandler::get_query_arguments RequestHandler::get_body_arguments",
         "Arguments.TheLastValueCountsAndTheBodyComesBehindTheQuery,HaveTypes,AMissingOneIsA400 "
         "Arguments.OneThatDoesNotConvertIsA400ThatNamesIt "
         "parity:arguments/one,last_wins,missing,missing_with_fallback,list_of_both,list_of_none,body_wins "
         "parity:arguments/query_argument,body_argument",
         differs="They have types besides: what does not convert is a 400."),
    item("W26", "Arguments are UTF-8 or a 400, of which the log shows a little; control characters become blanks, and "
         "blanks around a value, those of Unicode too, are taken off unless strip is false. decode_argument() may be "
         "overridden, for the path too.",
         "RequestHandler::get_argument Strip",
         "Arguments.AreCleanedAndStrippedAsTornadoDoes,TextThatIsNotUtf8IsA400AndLittleOfItIsLogged "
         "parity:arguments/not_utf8,control_characters,unicode_blanks,blanks_kept,line_ends_kept "
         "parity:paths/control_characters,no_strip",
         lacks="Overriding: PathValue makes other types of the text, and request().query_arguments() has the bytes."),
    item("W27", "Groups of the path are percent-decoded once they have matched; '+' stays, '%2F' is a slash; one that took "
         "no part is None.",
         "RequestHandler::path_args PathValue",
         "Application.ConvertsEachType,AnOptionalGroupIsAnOptional,AGroupThatDoesNotConvertIsA404 "
         "PathArgs.AreThereByPositionAndByName "
         "parity:paths/decoded,encoded_slash,plus,twice_encoded,optional_there,optional_absent",
         differs="A group may have a type; what does not convert is a 404."),
    item("W28", "current_user is what get_current_user() gives, asked once, or what was set; get_login_url() is the "
         "setting; require_setting() complains of one that is missing.",
         "UserHandler::current_user UserHandler::get_current_user UserHandler::set_current_user UserHandler::get_login_url "
         "AsyncUserHandler",
         "CurrentUser.IsAskedForAtMostOnce,IsNotAskedForWhereNobodyWantsToKnow,MayBeSet "
         "AuthenticatedTest.AHandlerMayHaveALoginOfItsOwn AsyncUserTest.TheUserIsKnownBeforePrepare "
         "SignedCookies.NeedASecret",
         differs="A user has a type of the program's; one that is in a database is awaited before prepare(). What needs a "
         "setting that was not given says which."),
    later("W29", "locale is that of the user, or the best that Accept-Language names.",
          "translations are the host's (tr(), gettext) until then; parse_quality_list() reads the field",
          "QualityOf.Languages",
          "parse_quality_list"),
    item("W30", "A handler knows settings, request, application and the path's arguments, in prepare() too.",
         "RequestHandler::settings RequestHandler::request RequestHandler::app RequestHandler::path_args",
         "SettingsTest.GivenToTheConstructorAndReadByHandlers "
         "RequestHandler.KnowsItsApplication,KnowsItsApplicationToItsEnd PathArgs.AreThereByPositionAndByName "
         "PathArgsServer.AreThereInPrepareToo Services.AHandlerReachesThemByType"),
    later("W31", "detach() hands over the connection's stream.",
          "it comes with WebSockets"),
    item("W32", "static_url() is the prefix, the path and the version of the content, with scheme and host if asked for; it "
         "needs static_path.",
         "RequestHandler::static_url StaticFiles::url StaticFiles::versioned_url Settings::static_files",
         "HandlerUrls.AreThoseOfRoutesAndFiles,SayWhatIsMissing "
         "VersionsTest.D15ABigFileIsHashedOffTheLoop,W32UrlsHaveTheVersionOfTheContent,W32WhatIsNotThereHasNone",
         differs="A big file has no version until it was hashed off the loop, which can be awaited; there is no attribute "
         "include_host, and no URL without a version where that is known."),
    item("W33", "reverse_url() is the application's.",
         "RequestHandler::reverse_url",
         "HandlerUrls.AreThoseOfRoutesAndFiles,SayWhatIsMissing parity:pages/reverse,reverse_unknown"),
    item("W34", "Each request is a line of log, 'status method uri (ip) time', as info, from 400 on as a warning, from 500 "
         "on as an error.",
         "ServerOptions::access_log Settings::log_function",
         "AccessLogTest.EachRequestIsALineOfIt,TheStatusDecidesTheLevel,CanBeSwitchedOff "
         "LogFunctionTest.TakesThePlaceOfTheAccessLog LeavingTest.WhatNobodyHeardOfIsInTheAccessLog"),
]
