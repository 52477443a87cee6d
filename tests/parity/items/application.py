# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Application and its settings."""

from item import absent, item, later

ITEMS = [
    item("W57", "An Application is made of routes, a default host, transforms and settings; settings that it does not know "
         "are the program's own.",
         "Application Settings Services Application::set_default_host",
         "SettingsTest.DefaultsWithoutAny,GivenToTheConstructorAndReadByHandlers,GivenBesideServices "
         "SettingsTest.NotReplacedUnderAServer Services.AHandlerReachesThemByType "
         "Hosts.TheDefaultHostIsAskedLastAndNotForProxies",
         differs="Settings are a struct, and what is the program's own is found by its type, in Services.",
         lacks="Transforms: compression is the server's."),
    item("W58", "debug is autoreload, templates and hashes that are not cached, and tracebacks for the client.",
         "Settings::debug",
         "DebugPageTest.IsWhatDebugIs AutoreloadTest.IsBegunByTheFirstListen "
         "PageReloadTest.ThePagesOfADeveloperHaveTheScriptBeforeTheirEnd python:web/template/watch_test.py:check_answers,check_page "
         "VersionsTest.W32UrlsHaveTheVersionOfTheContent",
         differs="Templates are built, which the program does itself where they have WATCH, and open pages load anew; changed "
         "files are noticed in any case: there are no caches to switch off."),
    item("W59", "autoreload begins the program anew when a file of it has changed.",
         "Settings::autoreload Autoreload FileWatcher",
         "AutoreloadTest.IsBegunByTheFirstListen python:core/loop/autoreload_test.py:Autoreload.test_watched_file "
         "python:core/loop/autoreload_test.py:Autoreload.test_program_that_is_replaced "
         "python:core/loop/autoreload_test.py:Autoreload.test_program_that_is_being_linked "
         "FileWatcherTest.TellsOfAFileThatIsWritten,TellsOfAFileThatIsReplacedMadeOrRemoved,IdleItDoesNothing",
         differs="When it has been built anew: its file, and those that it is told of, are watched."),
    item("W60", "compress_response compresses responses.",
         "ServerOptions::compression",
         "ContentTest.AWholeResponseIsEncodedForWhoTakesIt,NothingIsEncodedUnasked parity:compression/compressed",
         differs="It is an option of the server, not of the application."),
    item("W61", "default_handler_class answers what no route is for; without one that is a 404.",
         "Application::set_default_handler",
         "DefaultHandler.AnswersWhatNoRouteIsFor Application.NoRouteIsA404 parity:routing/default_handler "
         "parity:methods/no_path,post_on_no_path"),
    item("W62", "log_function takes the place of the access log.",
         "Settings::log_function AccessRecord",
         "LogFunctionTest.TakesThePlaceOfTheAccessLog,WhatItThrowsIsLogged,IsNotCalledWhereAServerKeepsNoLog",
         differs="It is given a record of the request, not the handler."),
    item("W63", "serve_traceback sends clients the traceback of an exception.",
         "Settings::serve_traceback keep_stacks",
         "DebugPageTest.TellsWhatWasThrownByWhatAndForWhat,OfTasksFunctionsAndHttpErrors,ShowsCauses,ShowsNoSecrets "
         "DebugPageTest.IsOffUnlessAskedFor DebugPage.IsForThisMachineOnly StacksTest.AreOnTheDebugPage,OfTasksAreKept "
         "DebugPageTest.NamesTheLineOfATemplate TemplatePlaces.AreTheLinesOfWhatThrew,OfIncludedFilesAreTheirs,OfPagesInPagesAreBoth",
         differs="Clients of this machine only are shown the types and messages of the exception and its causes, the request "
         "and the route, and the line of a template; the stacks are kept by programs that link eddy::stacks."),
    absent("W64", "ui_modules and ui_methods are what templates may call.",
           "a template includes the header of what it calls, and the compiler finds it",
           "TemplateCode.IsCpp"),
    item("W65", "cookie_secret is one secret or several by their versions, of which key_version signs.",
         "Settings::cookie_signer ValueSigner SigningKey",
         "SignedCookies.NeedASecret,NameTheirKey ValueSigner.EveryKeyOfARingVerifiesAndOneSigns,KeysThatAreNone",
         differs="They are one setting: a ValueSigner of them."),
    item("W66", "login_url is where those are sent who must log in.",
         "Settings::login_url",
         "AuthenticatedTest.OthersAreSentToTheLogin,OtherMethodsAndThoseWithoutALoginAreRefused",
         differs="Without one it is a 403, not an error of the program."),
    item("W67", "xsrf_cookies checks for forgery, with settings for version, name and options of the cookie.",
         "Settings::xsrf_cookies Settings::xsrf_cookie_version Settings::xsrf_cookie_name Settings::xsrf_cookie_options",
         "XsrfTest.IsOffUnlessItIsSet,TheCookieIsAsTheSettingsSay SettingsTest.RefusesWhatCouldNotWork"),
    absent("W68", "autoescape, template_path, template_loader, template_whitespace and compiled_template_cache say how "
           "templates are found and read.",
           "templates are compiled: eddy_target_templates() has ROOT, AUTOESCAPE and WHITESPACE",
           "TemplateCompiler.OptionsGiveDefaults python:web/template/build_test.py:check_project"),
    item("W69", "Settings of static files: path, prefix, handler and its arguments, and whether hashes are kept.",
         "StaticFiles StaticFileOptions Settings::static_files",
         "VersionsTest.W56InstallsWhatTornadosStaticPathDoes,W47CacheControlOfTheRest HandlerUrls.AreThoseOfRoutesAndFiles",
         differs="They are StaticFileOptions; another handler is another object, and a changed file is noticed without a "
         "setting."),
    item("W70", "Settings of WebSockets: pings, their timeout, the largest message.",
         "WebSocketOptions", "FunctionSockets.APeerThatDoesNotAnswerPingsHasGone MessageReader.MessagesAreBounded",
         differs="They are of a handler's websocket_options(), which a base class may have for all."),
    later("W71", "Settings of logins by Twitter, Facebook and Google.",
          "the program's own, with UserHandler"),
    item("W72", "listen() makes a server of a port, an address and options; add_handlers() adds routes of hosts; "
         "reverse_url() makes a URL of a name, an unknown one is a KeyError; log_request() logs; add_transform() and "
         "find_handler() are there to be used or overridden.",
         "Application::listen Application::add_handlers Application::reverse_url ListenOptions",
         "TcpServer.ListensOnBothLoopbackAddressesWithOnePort ServerTest.TellsWhereItListens,AListenThatFailsSaysWhere "
         "Hosts.ComeBeforeEveryHostAndInOrderAndLeaveWhatTheyHaveNoRouteFor ReverseUrl.MistakesAreNamed "
         "Listen.SeveralSocketsShareAPortWhenAllAskForIt Listening.AnApplicationOnAUnixSocket",
         differs="listen() takes the Loop, and without an address opens the loopback ones only.",
         lacks="add_transform() and find_handler(): routes are not objects to be called."),
]
