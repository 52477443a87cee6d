# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""httputil: messages, header fields, forms."""

from item import item

ITEMS = [
    item("H1", "Header fields are an ordered multimap that ignores case, with names spelt one way (Sec-Websocket-Key): a "
         "name gives all its values joined by commas, or the list of them; fields are added, replaced, removed and gone "
         "through.",
         "Headers HeaderList Headers::add Headers::set Headers::erase Headers::get Headers::get_list Headers::contains",
         "Headers.AreOrderedAndIgnoreCase,SetReplacesAllInThePlaceOfTheFirst,AViewOfItselfMayBeAdded "
         "ResponseWriter.FieldsThatWereReplacedOrErasedAreNotSent parity:headers/set_add_clear "
         "parity:headers/request_field,request_field_repeated",
         differs="Names are sent as they were spelt; Headers is a value, which is copied by being copied."),
    item("H2", "What is added is checked: a name is a token, a value has visible characters, and blanks within only; else "
         "there is an error, but not for what is assigned.",
         "Headers::add Headers::try_add Headers::try_set",
         "Headers.WhatCouldSplitAResponseIsRefused RequestParser.EveryByteInAValue,EveryByteInAName "
         "parity:headers/bad_name,blanks parity:requests/empty_name,name_no_token,control_in_field,nul_in_field "
         "parity:requests/carriage_return_in_field",
         differs="What is set is checked as what is added."),
    item("H3", "A header is parsed by lines that end with a line feed, with or without a carriage return; a folded line "
         "goes on with the one before, but can't be the first; blanks around a value do not count; a line needs a colon; text is "
         "Latin-1.",
         "RequestParser",
         "http:header_fields/Blanks_around_a_value_are_no_part_of_it http:header_fields/A_folded_line "
         "http:header_fields/No_colon http:header_fields/A_blank_before_the_first_field "
         "http:header_fields/A_blank_before_the_colon http:header_fields/A_bare_LF_after_a_value "
         "parity:requests/no_colon,folded,folded_first,blank_before_colon,line_feeds "
         "parity:headers/request_field_latin,request_field_utf8",
         differs="Lines end with CRLF, and none is folded: servers that read them differently can be played off against "
         "each other (RFC 9112, 11.2). Text is the bytes that came."),
    item("H4", "Many fields of one name, or many parameters of a field, take linear time.",
         "HttpLimits::header_count",
         "http:header_fields/One_field_more RequestParser.AHeadHas100FieldsUnlessToldOtherwise,OneByteAtATimeIsNotQuadratic "
         "Parameters.AreBounded FuzzTargets.HoldForTheirSeeds",
         differs="There are bounds on both besides: 100 fields of a head, 64 parameters."),
    item("H5", "A request has method, uri, path, query, version, headers, body, host, host_name, remote_ip, protocol, "
         "arguments of query and body, files, cookies, full_url(), the time since it was made, and the client's certificate.",
         "Request Request::method Request::target Request::path Request::query Request::version Request::headers "
         "Request::body Request::host Request::host_name Request::remote_ip Request::protocol Request::query_arguments "
         "Request::form Request::cookies Request::full_url Request::tls RequestHandler::request_time",
         "parity:requests/told,told_1_0 AccessLogTest.AHandlerKnowsTheTimeThatItWillTell "
         "RequestTest.FullUrl,CookiesOfAllFields,AFormOfEitherKind,ViewsStayUntilTheTaskHasEnded "
         "TlsServer.KnowsItsClientsByCertificate",
         differs="request_time() is the handler's, and begins when that is called, behind a content that is not streamed.",
         lacks="Arguments of query and body are not kept in one map; get_arguments() looks at both."),
    item("H6", "Host is demanded but for HTTP/1.0, where it is 127.0.0.1 then; it has the characters of a host and a "
         "numeric port, and stands once; anything else is a 400.",
         "Request::host Request::host_name",
         "http:host/No_Host http:host/Two_Hosts http:host/A_Host_with_a_comma http:host/A_Host_with_a_port_that_is_none "
         "http:host/HTTP/1.0_needs_no_Host http:host/An_IPv6_Host http:host/A_Host_with_a_path "
         "parity:requests/no_host,no_host_1_0,two_hosts,host_comma,host_with_blank,host_port_no_number "
         "RequestParser.EachHeadsHostIsJudged"),
    item("H7", "A request line is a token, a target of visible characters and HTTP/1.x, with one blank between them; else "
         "it is a 400. Empty lines before it are passed over, and line feeds alone end lines.",
         "RequestParser",
         "http:request_line/Two_blanks_after_the_method http:request_line/A_tab_is_no_blank http:request_line/HTTP/0.9 "
         "http:request_line/A_bare_LF_ends_no_request_line http:request_line/A_character_that_a_method_can't_have "
         "http:request_line/Empty_lines_before_the_request_line_are_skipped "
         "RequestParser.EveryByteInATarget,EveryByteInAMethod "
         "parity:requests/two_blanks,tab,blank_at_end,version_missing,empty_line_before,one_empty_line_before,line_feeds "
         "parity:requests/method_no_token,control_in_target,nul_in_target,no_slash parity:paths/raw_utf8,fragment",
         differs="A line feed alone ends no line; a target has ASCII alone, a slash at its beginning and no fragment."),
    item("H8", "A status line is a version, three digits and a reason, which may be empty; the blank before it must be "
         "there.",
         "ResponseParser",
         "http:status_line/The_plainest_response http:status_line/No_reason "
         "http:status_line/No_reason,_and_no_blank_before_it http:status_line/A_status_of_two_digits "
         "http:status_line/A_status_of_four_digits"),
    item("H9", "Arguments are separated by '&' alone, '+' is a blank, a '%' without two digits stays, blank values are "
         "kept, and those of a name stay in order, as bytes.",
         "Arguments::parse percent_decode",
         "Arguments.AsInTornado PercentDecode.OnceAndMalformedKept "
         "parity:arguments/semicolon,plus,bad_percent,empty,repeated,bytes_as_sent Arguments.AreBounded "
         "Form.ArgumentsAreBounded",
         differs="A thousand arguments at most are read of a form; more is a 413."),
    item("H10", "Content whose type begins as that of a form is read as one; any other is left as it is; a form with a "
         "Content-Encoding is a 400.",
         "parse_form",
         "Form.OfAUrlencodedBody,OfAMultipartBody,OtherBodiesAreLeftAlone,ACodedBodyIsRefused "
         "parity:forms/urlencoded_upper_case,urlencoded,other_type,urlencoded_coded,urlencoded_prefix "
         "parity:forms/urlencoded_charset",
         differs="A type is the whole of its name, in any case."),
    item("H11", "A multipart form has a boundary, perhaps in quotes, and an end; a part has a header, is form-data with a "
         "name, and a file where it has a file name (application/unknown without a type); line ends within it stay; the "
         "first error is one of the whole form, and so is text before the first boundary.",
         "parse_multipart_form MultipartParser MultipartFiles multipart_boundary",
         "http:multipart/An_argument_and_a_file http:multipart/No_closing_boundary http:multipart/A_part_without_a_header "
         "http:multipart/A_part_that_is_an_attachment http:multipart/A_part_without_a_name http:multipart/An_empty_name "
         "http:multipart/Line_ends_belong_to_the_content,_but_for_the_last Form.AnErrorLeavesNothing "
         "MultipartBoundary.OfAContentType http:multipart/Text_behind_a_boundary "
         "MultipartFilesTest.FieldsAreKeptAndFilesWrittenHoweverTheyAreCut,MalformedBodiesLeaveNothing "
         "parity:forms/multipart_boundary_like,multipart,multipart_file,multipart_file_untyped,multipart_line_ends "
         "parity:forms/multipart_quoted_boundary,multipart_no_end "
         "parity:forms/multipart_no_name,multipart_no_disposition,multipart_attachment,multipart_empty_filename "
         "parity:forms/multipart_preamble",
         differs="Text before the first boundary is passed over (RFC 2046, 5.1.1), and what only looks like a boundary is "
         "an error. MultipartParser reads a form while it arrives, MultipartFiles writes its files into a folder meanwhile."),
    item("H12", "How many parts a form may have (100), how long the header of one (10 KiB), and whether multipart is read "
         "at all, are settings of the process.",
         "FormLimits Settings::form_limits MultipartLimits UploadLimits",
         "http:multipart/As_many_parts_as_the_limit http:multipart/One_part_too_many http:multipart/A_header_at_the_limit "
         "http:multipart/A_header_one_byte_past_the_limit "
         "Form.Has100PartsUnlessToldOtherwise,ThePartsHaveHeadersOf10KiBUnlessToldOtherwise "
         "Form.Has1000ArgumentsUnlessToldOtherwise,AnErrorLeavesNothing "
         "RequestTest.AFormThatCannotBeReadIsAnErrorOfTheClient MultipartFilesTest.Limits",
         differs="They are Settings::form_limits, or given to Request::form() and parse_form() for one call; the statuses are 413, 431 and 415. A "
         "urlencoded form has 1000 arguments at most, by default."),
    item("H13", "The header of a part is UTF-8 without control characters; names may have any letters.",
         "PartHead",
         "http:multipart/A_header_that_is_not_UTF-8 http:multipart/A_control_character_in_a_header "
         "http:multipart/A_bare_CR_in_a_header http:multipart/A_name_in_UTF-8 "
         "http:multipart/A_file_name_in_UTF-8,_quotes_and_backslashes "
         "parity:forms/multipart_utf8_filename,multipart_utf8_name"),
    item("H14", "Parameters of Content-Disposition are separated by ';', with quotes and escaped quotes, in any case, "
         "encoded (filename*=utf-8''...) or in several pieces; one without '=' is passed over, and paths of Windows stay.",
         "parse_parameters FieldValue",
         "Parameters.NamesValuesAndBlanks,QuotesAndBackslashes,Extended,Continued "
         "parity:forms/multipart_semicolon,multipart_quoted_name,multipart_backslashes,multipart_extended_filename "
         "parity:forms/multipart_field_case",
         differs="Parameters without '=' are kept, with has_value false."),
    item("H15", "A file of a form has the name that the client gave it, its content and its type.",
         "FormFile safe_basename",
         "Form.OfAMultipartBody SafeBasename.NamesAFileInItsFolder,NoDevices,IsBoundedBetweenCharacters "
         "parity:forms/multipart_file"),
    item("H16", "Cookies are separated by ';', split at the first '=', and trimmed; the last of a name wins; quotes are "
         "undone with their escapes; what is malformed, called as an attribute, or no name, is left out, and nothing else "
         "with it.",
         "parse_cookies Cookies::find unquote_cookie_value",
         "Cookies.NamesAndValues,TheLastOfANameWins,WhatCannotBeACookieIsDropped,QuotedValues FuzzTargets.HoldForTheirSeeds "
         "RequestTest.CookiesOfAllFields "
         "parity:cookies/two_fields,utf8,one,duplicates,equals_signs,quoted_octal,quoted_separator,bad_name "
         "parity:cookies/attribute_name parity:cookies/no_equals_sign",
         differs="Several Cookie fields are several lists; a value is the bytes that came."),
    item("H17", "A Range is of bytes and one range: from a to b, from a on, or the last n; -0 can't be satisfied; several, "
         "or what is malformed, are no Range at all.",
         "parse_range ByteRange",
         "Range.One,Unsatisfiable,Ignored,Several,NobodyGetsMoreThanTheWhole,AreBounded",
         differs="Several ranges are read, up to 16."),
    item("H18", "url_concat() encodes the query of a URL anew and adds arguments to it, before the fragment; an empty list "
         "of them only encodes it anew, and None leaves it as it is.",
         "url_concat",
         "UrlConcat.AppendsArguments "
         "parity:escapes/url_concat,url_concat_query,url_concat_fragment,url_concat_blank,url_concat_none "
         "parity:escapes/url_concat_utf8",
         differs="There is no None: no arguments are an empty list."),
    item("H19", "A timestamp in any of Python's forms becomes the date of a header field, without its fractions.",
         "format_http_date",
         "HttpDate.Format,ParsesWhatItFormats SetCookie.ExpiresAtATimeOrInDays",
         differs="It takes a std::chrono::sys_seconds alone."),
    item("H20", "Helpers: a host and a port are split, a query becomes a list of pairs, user and password become one text.",
         "split_host_and_port",
         "SplitHostAndPort.AtTheLastColon",
         lacks="Arguments is a list already; user and password are of use to clients, which join them themselves."),
    item("H21", "A server calls a delegate for each request: its head, its content piece by piece, its end, the end of the "
         "connection. It may make the client wait, and answers by the connection. What the peer does wrong is a 400, what "
         "the program does wrong ends the connection.",
         "MessageDelegate HttpServer ResponseStream ParseError",
         "LeavingTest.ADelegateAnswersStepByStep ServerTest.HttpServerNeedsNoApplication "
         "StreamingTest.MalformedContentIsA400AndTheEnd ResponseStreamTest.ADeclaredLengthIsKeptOrTheConnectionIsCut",
         differs="There is one delegate for each request, made by a function, and none for the connection; a program's "
         "error is a std::logic_error, thrown where it is made."),
    item("H22", "The reasons of statuses are those of Python's table; one without a name is Unknown.",
         "reason_phrase",
         "parity:status/unknown,created,teapot parity:bodies/too_large parity:methods/no_path,post_to_get",
         differs="They are those of RFC 9110: 413 is Content Too Large, 418 has none."),
]
