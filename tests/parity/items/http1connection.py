# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""http1connection: where content ends, and how long a connection lasts."""

from item import item

ITEMS = [
    item("H23", "Content is as long as Content-Length says, which has digits alone; the same length twice, or a list of the "
         "same, is one length; another one is a 400. Without it, and without chunks, there is no content.",
         "RequestParser",
         "http:content/A_length http:content/A_signed_length http:content/A_negative_length "
         "http:content/A_hexadecimal_length http:content/An_empty_length http:content/A_length_with_zeros_in_front "
         "http:content/A_length_twice,_even_the_same http:content/A_list_of_lengths http:content/Lengths_that_differ "
         "parity:bodies/length,no_length,length_plus,length_negative,length_underscore,length_twice,length_list",
         differs="More than one length is a 400, even of the same: servers that read them differently can be played off "
         "against each other (RFC 9112, 11.2)."),
    item("H24", "Transfer-Encoding is chunked and nothing else, and has no Content-Length beside it; a size has hexadecimal "
         "digits alone; anything else is a 400.",
         "RequestParser",
         "http:chunks/Chunks http:chunks/A_chunk_size_with_a_sign http:chunks/A_chunk_size_with_0x "
         "http:chunks/A_chunk_size_with_a_blank_behind_it http:content/An_unknown_coding "
         "http:content/A_coding_before_chunked http:content/chunked_twice http:content/A_length_beside_chunks "
         "http:content/Chunks_in_HTTP/1.0 "
         "parity:bodies/chunks,chunk_sign,chunk_0x,chunk_blank,other_coding,coding_list,chunked_1_0,length_and_chunked",
         differs="A coding that is not known is a 501, and HTTP/1.0 has none (RFC 9112, 6.1)."),
    item("H25", "A connection of HTTP/1.1 lasts unless a side says close; one of HTTP/1.0 where the client asks for it and "
         "the length of its content is known. The server says close to HTTP/1.1, and Keep-Alive to HTTP/1.0; requests that "
         "come at once are answered in order.",
         "HttpServer",
         "ResponseWriter.KeepAliveIsEchoedTo10,CloseIsAnnouncedWhoeverWantsIt "
         "parity:connections/kept,close,http_1_0,http_1_0_kept,http_1_0_kept_post_empty,pipelined,pipelined_close",
         differs="It says close to HTTP/1.0 too, in lower case as all it says, and keeps a connection that it says it keeps."),
    item("H26", "A response that is longer or shorter than its Content-Length ends the connection.",
         "RequestHandler::set_header ResponseStream",
         "ResponseStreamTest.ADeclaredLengthIsKeptOrTheConnectionIsCut "
         "parity:headers/length_right,length_long,length_short parity:content/stream_of_length",
         differs="Where nothing was sent yet it is a 500, and the connection lasts."),
    item("H27", "With decompress_request a gzip content is unpacked, and X-Consumed-Content-Encoding says so; what it "
         "unpacks to is bounded; one that is broken, or ends too early, ends the connection.",
         "ServerOptions::decompress_request",
         "DecompressionTest.TheHandlerGetsWhatWasMeant,HoweverItIsCut,OffUnlessItIsAskedFor "
         "DecompressionTest.TheLimitHoldsForWhatComesOut,WhatIsBrokenIsA400 "
         "parity:compression/request,request_form,request_field,request_broken,request_cut,request_deflate "
         "parity:compression/request_not_decoded",
         differs="deflate, too; what is broken is a 400."),
]
