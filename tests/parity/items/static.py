# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Static files."""

from item import item

TWINS = "python:web/app/static/tornado_test.py:CASES "

ITEMS = [
    item("W46", "StaticFileHandler serves a folder, for GET and HEAD, at a route with one group; other methods are a 405.",
         "StaticFiles StaticFileOptions",
         TWINS + "StaticFilesTest.W46ServesAFileWithWhatCachesNeed,W48WhatIsNotThereOrNotForThem",
         differs="It is a function object, for app.get() or add_to()."),
    item("W47", "Each step may be overridden: path, check, times, header fields, 304, ranges, content, type, time in "
         "caches, version, URL; so content may come from elsewhere.",
         "serve Representation check_preconditions requested_ranges MultipartRanges StaticFileOptions::cache_control",
         "RepresentationTest.FromMemoryAsFromAFile,SeveralRanges,PackedContentSaysSo VersionsTest.W47CacheControlOfTheRest "
         "Conditions.EachAlone Conditions.InTheOrderOfTheRfc",
         differs="There is nothing to override: content from elsewhere is a Representation, and serve() answers for it as "
         "for a file; fields are set in the Response that it gives.",
         lacks="URLs with versions for what is no file."),
    item("W48", "What leads out of the folder is a 403, judged by the path alone, and so is what is there and no file; what "
         "is missing, or has a NUL in its name, is a 404.",
         "StaticFiles",
         TWINS + "StaticFilesTest.W48WhatIsNotThereOrNotForThem,WhatTheSystemRefusesIsNotThere "
         "TraversalTest.W48NothingLeadsOut NormalPath.KeepsWithinTheFolder",
         differs="Several slashes are one: what follows two is no absolute path."),
    item("W49", "A folder is redirected to its path with a slash, and has a default file there; a path that begins with two "
         "slashes is a 403 instead, lest it lead to another host.",
         "StaticFileOptions::default_filename",
         TWINS + "StaticFilesTest.W49D18AFolderHasItsDefault TraversalTest.W49NoRedirectToAnotherHost "
         "FolderRedirect.KeepsTheQueryAndTheHost",
         differs="The query goes along."),
    item("W50", "Where If-None-Match is there it alone counts, else If-Modified-Since, a date of any form, or junk that is "
         "passed over: 304 where the file is not newer, to the second, with tag, date and Accept-Ranges.",
         "check_preconditions",
         TWINS + "StaticFilesTest.W50ConditionsInTheOrderOfTheRfc "
         "Conditions.EachAlone,InTheOrderOfTheRfc,WhatIsMissingOrMalformedIsPassedOver HttpDate.ParsesItsThreeForms",
         differs="If-Match and If-Unmodified-Since count too; a date has one of HTTP's three forms (RFC 9110, 5.6.7)."),
    item("W51", "A range is a 206; one that begins behind the end, or ends before it begins, is a 416 with the size; its "
         "end may lie behind the file's; all of the file, several ranges, or junk, are a 200; a 304 goes first; HEAD is "
         "told of the range.",
         "requested_ranges Representation",
         TWINS + "StaticFilesTest.W51D17Ranges,W51SeveralRanges Range.Unsatisfiable,Ignored "
         "RepresentationTest.SeveralRanges,SeveralRangesAreBounded Conditions.RangesOfTheStateThatTheClientHas "
         "MultipartRanges.IsWhatTheRfcShows",
         differs="Several ranges are a multipart of them; a Range is for GET alone (RFC 9110, 14.2); one that ends before "
         "it begins is malformed, and passed over."),
    item("W52", "A file goes out in pieces of 64 KiB, each when the client has taken the one before, with its length; a "
         "client that vanishes is no error.",
         "Response::from_file File",
         "StaticFilesTest.W52ALargeFileComesInPiecesWithItsLength,W52AVanishedClientStopsItQuietly "
         "FileTest.ASlowReaderHasItInPiecesAndNobodyHoldsIt FileSender.AStepIsBounded,WaitsForASlowPeer,SendsAllOverASocket",
         differs="By sendfile, as much as the client takes."),
    item("W53", "What is asked for with ?v= may be kept for ten years; other content has no word on caches.",
         "StaticFiles",
         TWINS + "VersionsTest.W53TheRightVersionIsKeptForEver,W53AnotherVersionIsNot",
         differs="For a year (RFC 8246), and only where the version is that of the file as it is now; another one is "
         "no-cache."),
    item("W54", "A version is the SHA-512 of the content, which is its entity tag too, computed once for a path until the "
         "program ends, or for each request without static_hash_cache.",
         "StaticFiles::url",
         "VersionsTest.W54IsComputedOnceForAStateOfAFile,D15FollowsTheFile,ManyFilesAreBounded "
         "VersionsTest.OfOneFileOnlyTheLastStateIsKnown StaticFilesTest.AChangedFileHasAnotherTag",
         differs="It is the beginning of the SHA-256, of each state of a file; the tag is of size, time and inode."),
    item("W55", "Types go by the extension; what gzip has packed is application/gzip, what others have, or has no known "
         "type, is application/octet-stream; none has a charset.",
         "mime_type add_mime_type",
         TWINS + "StaticFilesTest.W55TypesByExtension "
         "MimeType.IsFoundByTheExtension,WhatIsUnknownIsBytes,PackedFilesAreNamedByTheirPacking "
         "MimeType.TypesCanBeAddedAndReplaced",
         differs="The table is built in, and not the system's."),
    item("W56", "static_path serves a folder below static_url_prefix (/static/), and its favicon.ico and robots.txt at the "
         "root.",
         "StaticFiles::add_to StaticFileOptions::url_prefix",
         "VersionsTest.W56InstallsWhatTornadosStaticPathDoes",
         differs="By files.add_to(app); the setting static_files is for URLs alone."),
]
