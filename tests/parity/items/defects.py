# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What Tornado does that Eddy does better."""

from item import item, later

ITEMS = [
    item("D1", "A client of HTTP/1.0 that asks to keep the connection gets a flushed response without a length, and then "
         "waits for its end for ever.",
         "ResponseStream",
         "ResponseWriter.UnknownLengthClosesIn10 ResponseStreamTest.OldClientsGetItUntilTheConnectionEnds "
         "parity:content/stream_1_0",
         differs="The connection ends behind a response whose length is not known, and that is said."),
    item("D2", "Connection: close, foo is not taken for close.",
         "RequestHead",
         "http:host/Connection_is_a_list http:host/A_word_that_only_contains_close "
         "parity:connections/close_in_list,close_second ServerTest.HeadAndConnectionClose",
         differs="Connection is a list of words in any case."),
    item("D3", "A target with scheme and host is taken for a path.",
         "Request::target_form",
         "http:target/The_absolute_form_names_the_host_that_counts http:target/The_absolute_form_without_a_path "
         "RequestTest.FullUrl HostPolicyTest.TheHostOfAWholeTargetCounts parity:requests/absolute_target",
         differs="Its host counts, and its path is the path."),
    item("D4", "Expect is told by case; who wants to send too much is first asked for it and then refused; other "
         "expectations are passed over.",
         "HttpServer",
         "http:host/Expect,_in_any_case_of_letters http:host/Another_expectation "
         "StreamingTest.NobodyIsAskedForMoreThanTheLimit,WhoWaitsToBeAskedIsAskedByTheFirstRead "
         "StreamingTest.AHandlerClassAsksForContentBehindPrepare "
         "ServerTest.ContinueIsNotSentForContentThatNobodyWants AsyncUserTest.AStrangersUploadIsNotRead "
         "HostPolicyTest.ContentForAnotherHostIsNotAskedFor OriginTest.TheGuardAsksForNoContent "
         "parity:bodies/too_large_expecting parity:requests/expect,expect_other",
         differs="In any case; content is asked for only where it will be read: behind limits, host and route, and for a "
         "handler that streams it where it is first read: behind prepare(), unless that has answered. Another "
         "expectation is a 417."),
    item("D5", "A request that can't be read is answered by a status line alone; too much content is a 400, too long a head "
         "nothing.",
         "HttpLimits",
         "ServerTest.MalformedRequestsAreAnsweredAndClosed,ABodyBeyondTheLimitIsA413 "
         "RequestParser.HeadAtTheLimitPassesAndOneByteMoreIsA431 http:target/A_target_one_past_the_limit "
         "http:request_line/HTTP/3.0_and_HTTP/0.9_by_number parity:bodies/too_large,too_large_chunked,other_coding "
         "parity:requests/header_too_large,version_2,garbage parity:methods/unknown",
         differs="It is a whole response that ends the connection: 400, 413, 414, 431, 501 or 505."),
    item("D6", "Extensions of chunks and trailers are a 400.",
         "Request::trailers RequestBody::trailers",
         "http:chunks/Chunk_extensions_are_ignored http:chunks/Extensions_one_past_the_limit "
         "http:trailers/Trailers_are_kept_apart http:trailers/Trailers_beyond_the_limit RequestTest.TrailersOfAChunkedBody "
         "StreamingTest.TrailersAreKeptApart parity:bodies/chunk_extension,trailer",
         differs="Extensions are passed over, trailers kept apart from the header, both within bounds."),
    item("D7", "The compressed form of a response has the same strong entity tag as the plain one.",
         "CompressionOptions",
         "ApplyContentCoding.GivesTheFieldsTheirForm,AWeakETagStays,A304NamesTheETagThatTheClientHas "
         "EtagServedTest.ThatOfWhatIsPackedIsWeak PrecompressedTest.D7IsAnotherRepresentationOfTheSame",
         differs="It is weak then; of a packed file it is another."),
    item("D8", "A 405 has no Allow, a method that nobody knows is a 405, HEAD and OPTIONS have to be written.",
         "Application",
         "Application.AMissingMethodIsA405WithAllow,OptionsAnswersByItself,HeadIsAnsweredByGet "
         "parity:methods/post_to_get,unknown,head_without_head,options_without_options",
         differs="A 405 has Allow, an unknown method is a 501, HEAD is answered by get() and OPTIONS by Allow."),
    item("D9", "A WebSocket breaks at a control frame within a compressed message.",
         "WebSocketHandler", "MessageReader.ControlFramesMayComeWithinAMessage,CompressedMessagesAreInflated",
         differs="Control frames are answered within it."),
    item("D10", "A WebSocket whose data can't be decompressed stays open without a word.",
         "CloseCode::invalid_payload", "Inflate.RefusesWhatIsMalformed MessageReader.CompressedMessagesAreInflated",
         differs="It is closed by 1007."),
    item("D11", "Malformed parameters of a WebSocket's extension are a 500.",
         "DeflateOptions", "DeflateAgreement.OffersThatAreWrongAreDeclined",
         differs="Such an offer is declined, and the next one is looked at."),
    item("D12", "Parameters without a value, as WebSocket extensions have them, are lost.",
         "parse_parameter_list",
         "ParameterList.ExtensionsOfAWebSocket DeflateAgreement.AServerTakesTheFirstOfferThatItCanKeepTo",
         differs="They are kept."),
    item("D13", "Errors in the protocol of a WebSocket drop the connection without a reason, and some are not seen.",
         "CloseCode", "MessageReader.WhatTheFramingForbidsFails HandlerSockets.CloseWhatBreaksTheProtocol",
         differs="Each closes it, with a code and a reason."),
    item("D14", "Text on a WebSocket is looked at only when it has ended.",
         "CloseCode::invalid_payload",
         "MessageReader.TextIsUtf8AcrossFrames,FailsAtTheFirstBytesThatAreWrong",
         differs="It fails at the first byte that can't be UTF-8."),
    item("D15", "A static file is hashed on the loop's thread when it is first asked for, and its tag stays though the file "
         "changes.",
         "StaticFiles StaticFiles::versioned_url",
         "VersionsTest.D15FollowsTheFile,D15ABigFileIsHashedOffTheLoop StaticFilesTest.AChangedFileHasAnotherTag "
         "VersionsTest.AFileThatMayBeWrittenToWithinItsClocksGrainIsHashedAgain",
         differs="The tag is of size, time and inode; versions are of each state, hashed off the loop where that takes "
         "long."),
    item("D16", "Files are read on the loop's thread, a fast client may have it for itself, and there are no packed files.",
         "File StaticFileOptions::precompressed",
         "FileSender.AStepIsBounded,ReadsAheadOffTheLoopWhereTheFileIsNotInMemory,MayGoWhileItWarms "
         "SendFile.ASocketTakesAPartOfAFileAndLeavesItsPositionAlone "
         "PrecompressedTest.D16TheOneThatTheClientLikesBest,WhatIsOlderThanTheFileIsNotSent",
         differs="By sendfile, in bounded steps, read ahead on a pool; .gz, .br and .zst beside a file are sent to who "
         "likes them better."),
    item("D17", "If-Range is passed over, and several ranges are answered by the whole.",
         "requested_ranges MultipartRanges",
         "StaticFilesTest.W51D17Ranges,W51SeveralRanges Conditions.RangesOfTheStateThatTheClientHas IfRange.ATagOrADate "
         "python:web/app/static/tornado_test.py:CASES",
         differs="A part is sent only of the state that the client has; several ranges are a multipart."),
    item("D18", "The redirect of a folder loses the query.",
         "StaticFileOptions::default_filename",
         "StaticFilesTest.W49D18AFolderHasItsDefault FolderRedirect.KeepsTheQueryAndTheHost "
         "VersionsTest.W53AnotherVersionIsNot",
         differs="It keeps it."),
    item("D19", "A symbolic link in a static folder may lead out of it, before Tornado 6.5.9.",
         "StaticLinks StaticFileOptions::links",
         "LinksTest.D19AreFollowedIfNothingElseIsSaid,D19StayWithinTheFolder,D19AreRefused "
         "LinksTest.PartByPartNoLinkIsFollowed LinksTest.ALinkThatTakesAFilesPlaceMeanwhileIsNotFollowed",
         differs="Here too, unless links is within or refuse."),
    item("D20", "One time, of an hour, is for idle connections and for heads alike: a client that dribbles holds one for "
         "long.",
         "HttpTimeouts",
         "LimitsTest.AnIdleConnectionIsClosed,AHeadThatDribblesIsA408,EveryHeadHasItsOwnTime "
         "LimitsTest.ABodyThatDribblesIsA408,AReaderThatStallsIsCut,WhoSetsNoTimesHasThese "
         "SlowTest.AServersTimeoutsAreTestedInNoTime "
         "Patience.EachWaitHasItsTime,ContentEarnsTimeByItsSizeButNoMoreThanThereWas",
         differs="75 s idle, 15 s for a head, 30 s and a pace for content, 30 s for a reader, each a setting."),
    item("D21", "There is no bound on connections, no pause when descriptors run out, no count.",
         "ServerOptions::connections ServerOptions::connections_per_address Server::stats ServerStats",
         "LimitsTest.Connections,ConnectionsPerAddress,RequestsPerConnection "
         "Shortage.OutOfDescriptorsItPausesAndGoesOnWithoutSpinning Shedding.TurnsAwayWhoConnectsAndServesTheOthers "
         "ServerTest.AnswersAndKeepsTheConnection",
         differs="There are all three."),
    item("D22", "stop() only listens no more, and close_all_connections() cuts what is under way.",
         "Server::stop Server::drain DrainReport",
         "LimitsTest.DrainAnswersWhatIsUnderWay,DrainCutsWhatIsLeftWhenTheTimeIsUp "
         "LimitsTest.WhatHasArrivedIsAnsweredBeforeTheEnd ServerTest.StopClosesIdleConnectionsAndAnswersTheOthers",
         differs="stop() closes idle connections and answers the others; drain() waits for that, as long as it is told."),
    item("D23", "A handler goes on when its client has left, and on_finish() never comes for one that waits for ever.",
         "RequestHandler::on_finish RouteOptions::cancel_on_disconnect",
         "ServerTest.AClientThatHasGoneStopsAGetAndNotAPost "
         "LeavingTest.AClientThatHasGoneStopsAGetAndNoPost,ARouteMayHaveItsTasksStopped "
         "EndsTest.OnFinishComesOnceWhenTheClientDoesNotRead,OnFinishComesOnceWhenTheServerHoldsTooMuch "
         "EndsTest.OnFinishComesOnceWhenAnUploadStalls "
         "EndsTest.OnFinishComesOnceWhenADrainIsForced,OnFinishComesOnceWhenTheServerGoes",
         differs="It is stopped, for GET and HEAD or where it says so, and on_finish() comes once on every path, but for a "
         "route whose owner has died."),
    later("D24", "The client has a connection for each request, no proxies, no way to stop a fetch.",
          "connections that are kept, proxies and names; HttpClient's fetch is stopped with its task",
          "HttpClientTest.ToStopOrDestroyAFetchClosesItsConnection",
          "HttpClient"),
    item("D25", "599 stands for no response at all, and errors of names and TLS have other types.",
         "HttpClientError ClientErrc",
         "HttpClientTest.UrlsThatItCannotFetchSayWhy,AMalformedResponseIsAnError,AResetIsTheSystemsError "
         "HttpClientTest.TheConnectTimeoutIsForConnecting",
         differs="ClientErrc says why there is no response.",
         lacks="Errors of names and TLS: the client has neither yet."),
    item("D26", "What is written to a client that does not read is kept without a bound.",
         "ServerOptions::output_bytes ServerOptions::buffered_bytes RequestHandler::flush",
         "ResponseStreamTest.TheHandlerWaitsForASlowReader "
         "LimitsTest.ResponsesThatNobodyTakesAreCutWhenTheyAreTooMany,OutputAtItsLimitAndOneByteBelowIt "
         "ServerTest.AClientThatPipelinesAndDoesNotReadIsNotRead",
         differs="flush() waits for the reader; what all clients together leave is bounded, and beyond that a connection is "
         "cut.",
         lacks="A test of it with WebSockets, which WebSocketOptions::send_bytes bounds."),
    item("D27", "Timers go by the wall clock, and jump with it.",
         "Loop::now Loop::call_later PeriodicCallback",
         "WallClock.IsNotTheLoops,SetForwardCallsNothingEarly,SetBackHoldsNothingUp Timers.NeverEarly "
         "PeriodicCallback.CallsAtMultiplesOfThePeriodFromStart,SkipsWhatItMissed",
         differs="They go by the steady clock: a time of another does not compile."),
    item("D28", "Settings that the program gave are changed: what one user's cookie gets, the next one's has, too.",
         "Settings::xsrf_cookie_options",
         "XsrfTest.TheCookieIsAsTheSettingsSay",
         differs="An Application has a copy, which stays as it is."),
    later("D29", "A Locale keeps translations that were loaded anew.",
          "there are no translations yet"),
    item("D30", "What a compressed request may unpack to is bounded, but not how many times more that is.",
         "ServerOptions::decompress_request ServerOptions::decompression_ratio",
         "DecompressionTest.TheLimitHoldsForWhatComesOut,AFewBytesDoNotStandForVeryMany "
         "DecompressionTest.WithoutARatioOnlyTheLimitCounts "
         "ContentDecoder.ARatioHoldsToTheByte,WhatIsPackedTooDenselyIsRefused",
         differs="100 times as much at most; both are bounded."),
    item("D31", "An empty Host is taken, and HTTP/1.2 is framed as 1.0.",
         "RequestHead",
         "http:host/An_empty_Host http:request_line/HTTP/1.2_is_answered_as_1.1 parity:requests/empty_host,version_1_2",
         differs="An empty Host is a 400; HTTP/1.2 is answered as 1.1."),
    item("D32", "A response to content that is still coming ends the connection without saying so.",
         "HttpLimits::drain_bytes HttpTimeouts::linger",
         "StreamingTest.AnEarlyResponseClosesBehindABodyThatNobodyReads "
         "StreamingTest.ContentThatIsThereButUnreadCostsNoConnection LimitsTest.WhatIsStillSentBehindARefusal",
         differs="It says Connection: close, and some of the rest is read so that the client sees the answer."),
    item("D33", "The resolver by c-ares asks for one family only, without timeouts.",
         "ThreadedResolver TcpClient ConnectOptions",
         "ThreadedResolver.AsksOnAThreadOfItsOwn,ASilentServerHoldsUpNothingElse,AStopEndsTheWaitAtOnce "
         "ThreadedResolver.WhoAsksForTheSameNameWaitsForTheSameAnswer,EverythingMayBeDestroyedMeanwhile "
         "TcpClientTest.FamiliesTakeTurnsInTheResolversOrder,TheTimeIsForTheNameToo",
         differs="By getaddrinfo on threads of its own: both families, the system's own rules; a timeout or a stop ends the "
         "wait at once."),
    item("D34", "check_origin() compares the Host to the letter: with another case, or the scheme's own port, it is another.",
         "check_origin Settings::origins",
         "OriginTest.APageIsOfTheSiteByHostAndPort,TheListNamesOthers "
         "OriginTest.APageThatAnybodyCouldHaveChangedIsNotOfAnEncryptedSite",
         differs="Case and the scheme's own port make no difference, and a list names other origins."),
    item("D35", "gzip;q=0 is taken for gzip.",
         "parse_quality_list choose_content_coding",
         "ContentCoding.QualityValuesDecide,IdentityMayBeLikedBetterOrRefused QualityOf.AcceptEncoding "
         "parity:compression/refused,any,capitals",
         differs="Quality values decide."),
    item("D36", "Text before a form's first boundary is an error, 99 parts are the most of 100, and no blanks may follow a "
         "boundary.",
         "MultipartParser",
         "http:multipart/Preamble_and_epilogue_are_skipped http:multipart/As_many_parts_as_the_limit "
         "http:multipart/Blanks_behind_a_boundary parity:forms/multipart_preamble",
         differs="It is passed over, 100 are 100, and they may."),
    later("D37", "Durations such as 1h30m break the parser of options.",
          "there is no parser of options: programs have one, or their host's"),
    item("D38", "Listening sockets can't be passed to a program, and a Unix socket's file is always removed.",
         "inherited_listeners Server::adopt ListenOptions",
         "InheritedListeners.AreNamedAndServe Listening.WithASocketThatWasPassed "
         "ListenUnix.KeepsTheFileWhenAsked,LeavesAServerThatAnswersAlone,AFileThatIsNoSocketStays "
         "ListenUnix.LeavesTheFileOfASuccessorAlone",
         differs="They can, as systemd does it, and the file may stay."),
    item("D39", "Any Host is served, so that a page may have its own name lead to a program on this machine (DNS rebinding).",
         "Settings::check_host Settings::hosts",
         "HostPolicyTest.ThisMachineIsFoundByItsOwnNamesAndAddresses "
         "HostPolicyTest.AnyOtherNameIsOneThatLeadsHereByAccidentOrOnPurpose,TheListOpensItForMore "
         "HostPolicyTest.IsOnWithoutSettings,AtOtherAddressesOnlyTheListDecides,CanBeSwitchedOff Hosts.AreNamesAndAddresses",
         differs="On a loopback address only this machine's names and Settings::hosts are served; another is a 421."),
]
