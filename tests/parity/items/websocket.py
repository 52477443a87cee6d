# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""WebSockets."""

from item import absent, item

ITEMS = [
    item("V1", "A WebSocketHandler is a RequestHandler whose GET shakes hands; prepare() and cookies come before; other methods "
         "are 405.",
         "WebSocketHandler BasicWebSocketHandler",
         "HandlerSockets.ShakeHandsAndAreOpened,RefuseWhatIsNoHandshake,AreHandlersWithCookiesAndSubprotocols "
         "SocketLifetimes.AHookThatThrowsBeforeTheHandshakeIsAnErrorPage"),
    item("V2", "What is no handshake is a 400, a page of another site a 403, another version a 426 with those that are spoken: 7, 8 "
         "and 13. The key may be any text.",
         "WebSocketHandler",
         "Handshake.WhatIsNoneIsRefused,FieldsAreListsWithoutRegardToCase,AKeyMayHaveBitsOfNoByte,HasNoContent "
         "HandlerSockets.RefuseWhatIsNoHandshake,RefusePagesOfOtherSites",
         differs="Version 13 alone, of the RFC; the key has to stand for 16 bytes; a handshake has no content. A 426 has Upgrade, as it must."),
    item("V3", "The answer is a 101 with Upgrade, Connection and Sec-WebSocket-Accept, without a Content-Type; cookies are sent.",
         "WebSocketHandler",
         "Handshake.IsAnsweredAsInTheRfc HandlerSockets.ShakeHandsAndAreOpened,AreHandlersWithCookiesAndSubprotocols"),
    item("V4", "check_origin(): by default the host of Origin has to be that of the request, port included.",
         "BasicWebSocketHandler::check_origin",
         "HandlerSockets.RefusePagesOfOtherSites",
         differs="It is the site's whole origin, or one of Settings::origins; the field of drafts, Sec-WebSocket-Origin, is not looked at."),
    item("V5", "select_subprotocol() is given what the client offers, also nothing, and gives one of them or none.",
         "BasicWebSocketHandler::select_subprotocol BasicWebSocketHandler::selected_subprotocol",
         "Handshake.SubprotocolsComeInTheClientsOrder HandlerSockets.AreHandlersWithCookiesAndSubprotocols "
         "python:websocket/python_test.py:Echo.test_subprotocols"),
    item("V6", "open(), on_message(), on_close() once, on_ping() and on_pong(), of which the first two may be coroutines: the next "
         "message is read when the one before has been dealt with.",
         "WebSocketHandler WebSocket::close_code WebSocket::close_reason",
         "HandlerSockets.HooksThatWaitComeOneAfterAnother,AnswerPingsAndTellOfThem,AnswerACloseAndEndTheConnection "
         "SocketLifetimes.WhatATaskIsGivenStaysAsLongAsIt,OnCloseIsNotStoppedByTheEndOfTheConnection",
         differs="Each may be a Task; bytes have a hook of their own, on_binary()."),
    item("V7", "write_message() of text, bytes or a dict; of a closed one it is a WebSocketClosedError; awaited it holds back.",
         "BasicWebSocketHandler::write_message WebSocketClosedError",
         "HandlerSockets.AnswerMessagesHoweverTheyCome FunctionSockets.SenderOfAClosedOneEndsQuietly "
         "BoundedSockets.WhoAwaitsIsHeldBackAndLosesNothing",
         differs="It throws where it is awaited; else its result tells. What waits is bounded."),
    item("V8", "ping() of at most 125 bytes; a ping is answered before on_ping() is called.",
         "WebSocket::ping", "HandlerSockets.AnswerPingsAndTellOfThem python:websocket/python_test.py:Echo.test_pings"),
    item("V9", "close() with a code and a reason; the other side has 5 seconds to answer; its close is answered by its code.",
         "WebSocket::close WebSocketOptions::close_timeout CloseCode",
         "HandlerSockets.AnswerACloseAndEndTheConnection,APeerThatDoesNotAnswerACloseIsGivenUp "
         "SocketLifetimes.APeerThatReadsGetsAllThatWasSentBeforeTheClose "
         "python:websocket/python_test.py:Echo.test_closing_from_either_side"),
    item("V10", "Of an end without a close the code is None.",
         "CloseCode::abnormal", "HandlerSockets.AreToldThatAPeerHasGoneWithoutAWord Connects.AreToldOfAServerThatHasGone",
         differs="It is CloseCode::abnormal, 1006."),
    item("V11", "A message of more than max_message_size, also decompressed, closes by 1009; 10 MiB by default.",
         "WebSocketOptions::message_bytes",
         "BoundedSockets.AMessageThatIsTooLongClosesThem MessageReader.MessagesAreBounded Inflate.StopsAtTheLimit"),
    item("V12", "Pings so often; where no pong comes in time the connection ends, by 1000 and \"ping timed out\". The timeout is cut to the "
         "interval.",
         "WebSocketOptions::ping_interval WebSocketOptions::ping_timeout",
         "FunctionSockets.APeerThatDoesNotAnswerPingsHasGone "
         "SocketLifetimes.APongIsNotAwaitedWhileNothingIsRead,APeerThatReadsIsNotGivenUpForAPingThatWaits "
         "Connects.PingWhenTheyAreTo",
         differs="Whatever comes is a sign of life; the code is 1006, as nobody has closed; the timeout is what it is set to."),
    item("V13", "ping_interval, ping_timeout and max_message_size may be a handler's own.",
         "BasicWebSocketHandler::websocket_options",
         "BoundedSockets.AMessageThatIsTooLongClosesThem FunctionSockets.APeerThatDoesNotAnswerPingsHasGone"),
    item("V14", "get_compression_options(): None, or level and memory.",
         "BasicWebSocketHandler::get_compression_options DeflateOptions",
         "BoundedSockets.MessagesAreCompressedAsAgreedUpon DeflateAgreement.OptionsThatZlibDoesNotKnowAreNamed",
         differs="Also the window, a threshold, and whether messages refer to those before: not by default, so that WebSockets share "
         "compressors."),
    item("V15", "Of permessage-deflate the first offer is taken, and its parameters are echoed.",
         "DeflateOptions",
         "DeflateAgreement.AServerTakesTheFirstOfferThatItCanKeepTo,AServersOptionsBoundIt,BothSidesAgree "
         "python:websocket/python_test.py:Echo.test_all_parameters_of_deflate",
         differs="By RFC 7692: the first offer that can be kept, within the server's own options."),
    item("V16", "Every message is compressed where that was agreed upon.",
         "DeflateOptions::threshold", "BoundedSockets.MessagesAreCompressedAsAgreedUpon Deflate.IsAsInTheExamplesOfTheRfc",
         differs="Those below a threshold are not."),
    item("V17", "Messages in fragments, with control frames between them; frames without a mask are taken.",
         "WebSocket",
         "MessageReader.ReadsTheExamplesOfTheRfc,ControlFramesMayComeWithinAMessage,WhatTheFramingForbidsFails "
         "HandlerSockets.CloseWhatBreaksTheProtocol Connects.AServerMasksNothing",
         differs="A client must mask, and a server must not."),
    item("V18", "A message is sent as one frame; a client masks each by new bytes.",
         "WebSocket::send", "FrameHeader.IsAsShortAsItMayBe Connects.SendMaskedAndReceive,MaskEachFrameByAKeyOfItsOwn"),
    absent("V19", "set_nodelay().", "Small messages are never held back."),
    item("V20", "write(), redirect(), set_header() and the like raise behind the handshake.",
         "WebSocketHandler", "SocketLifetimes.BehindAnythingButA101ThereAreNoFrames,TheSocketOutlivesTheHandler",
         differs="The request is over with open(): what needs it throws std::logic_error, unless the class says keep_request."),
    item("V21", "What on_message() raises is logged, and the connection is cut.",
         "CloseCode::internal_error", "HandlerSockets.WhatAHookThrowsIsLoggedAndClosesIt",
         differs="It is closed by 1011."),
    item("V22", "websocket_connect() of a URL or request, with connect_timeout, compression, pings, limits, subprotocols and a resolver.",
         "websocket_connect WebSocketConnectOptions",
         "Connects.AskAsTheProtocolHasIt,WaitSoLong,GoByAProxy,UsersBecomeAnAuthorization "
         "TlsWebSockets.AreWss,TrustNobodyElse python:websocket/python_test.py:EchoClient.test_all_parameters_of_deflate",
         differs="Proxies, too; one timeout for the name, the connection, TLS and the handshake."),
    item("V23", "read_message() gives a message, or None at the end; write_message(), ping() and close(). One that is dropped unclosed "
         "is warned of.",
         "WebSocketClient WebSocket::receive",
         "Connects.SendMaskedAndReceive,AreToldOfTheServersClose,ReadNoMoreThanIsTaken,CloseWhereTheyAreLetGo "
         "Clients.MayOutliveTheirLoop",
         differs="Dropping it closes it."),
    item("V24", "Another answer than a WebSocket is an HTTPError or WebSocketError; redirects are not followed; what was not offered is "
         "refused.",
         "WebSocketHandshakeError",
         "Connects.RefuseWhatIsNoWebSocket,RefuseWhatTheyHaveNotOffered,NobodyThere,SayWhatIsWrongWithWhatTheyAreGiven "
         "Handshake.AClientKnowsItsAnswer,AClientTakesWhatItHasOffered",
         differs="One WebSocketHandshakeError, which has status and fields; its text has where a redirect leads."),
    absent("V25", "The function that masks is open to programs.", "It is the protocol's.", tests="Mask.IsTheSameByteByByte"),
    item("V26", "Runs beside Autobahn|Testsuite, without groups 9, 12 and 13.",
         "WebSocket", "MessageReader.ReadsTheExamplesOfTheRfc,WhatTheFramingForbidsFails,FailsAtTheFirstBytesThatAreWrong,TextIsUtf8AcrossFrames "
         "python:websocket/python_test.py:Echo.test_messages_in_fragments",
         differs="Its cases of groups 1 to 7, 9, 10, 12 and 13 are tests of Eddy's own, in every host."),
]
