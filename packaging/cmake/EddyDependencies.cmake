# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# The libraries that Eddy's components stand on: how each is found, under which target it is linked, and
# which Debian package brings it. Eddy's own build and the installed eddy-config.cmake both use this file,
# so that they cannot disagree.
#
#   eddy_find_dependency(<id>)   sets eddy_<id>_found; makes the target below when it is
#
#   id               target                    at least
#   threads          Threads::Threads
#   zlib             ZLIB::ZLIB
#   pcre2            EddyDeps::pcre2           10.30
#   asio             EddyDeps::boost_asio      Boost 1.77
#   asio_standalone  EddyDeps::standalone_asio 1.22
#   qt               Qt6::Core                 6.2
#   glib             EddyDeps::glib            2.70
#   gio              EddyDeps::gio             2.70 (examples and tests)
#   libev            EddyDeps::libev           4.0
#   gtest            GTest::gtest
#   llhttp           EddyDeps::llhttp          (tests)
#   http_parser      EddyDeps::http_parser     (tests)
#   benchmark        benchmark::benchmark      (tests/bench)

set(EDDY_DEPENDENCY_threads "threads|g++")
set(EDDY_DEPENDENCY_zlib "zlib|zlib1g-dev")
set(EDDY_DEPENDENCY_pcre2 "PCRE2 10.30 or newer|libpcre2-dev")
set(EDDY_DEPENDENCY_asio "Boost 1.77 or newer|libboost1.81-dev")
set(EDDY_DEPENDENCY_asio_standalone "standalone Asio 1.22 or newer|libasio-dev")
set(EDDY_DEPENDENCY_qt "Qt 6.2 Core or newer|qt6-base-dev")
set(EDDY_DEPENDENCY_glib "GLib 2.70 or newer|libglib2.0-dev")
set(EDDY_DEPENDENCY_gio "GIO 2.70 or newer|libglib2.0-dev")
set(EDDY_DEPENDENCY_libev "libev 4|libev-dev")
set(EDDY_DEPENDENCY_gtest "GoogleTest|libgtest-dev")
set(EDDY_DEPENDENCY_llhttp "llhttp's C sources|node-llhttp")
set(EDDY_DEPENDENCY_http_parser "http-parser|libhttp-parser-dev")
set(EDDY_DEPENDENCY_benchmark "Google Benchmark|libbenchmark-dev")

# "Qt 6.2 Core or newer was not found (Debian package qt6-base-dev)"
function(eddy_dependency_missing_text id out)
  string(REGEX MATCH "^([^|]+)[|](.+)$" match "${EDDY_DEPENDENCY_${id}}")
  set(${out} "${CMAKE_MATCH_1} was not found (Debian package ${CMAKE_MATCH_2})" PARENT_SCOPE)
endfunction()

# Macros, because imported targets and find_package results belong to the directory that asks.
macro(eddy_find_by_pkg_config id module)
  find_package(PkgConfig QUIET)
  if(PkgConfig_FOUND AND NOT TARGET PkgConfig::EDDY_${id})
    pkg_check_modules(EDDY_${id} QUIET IMPORTED_TARGET "${module}")
  endif()
  if(TARGET PkgConfig::EDDY_${id})
    if(NOT TARGET EddyDeps::${id})
      add_library(EddyDeps::${id} INTERFACE IMPORTED)
      target_link_libraries(EddyDeps::${id} INTERFACE PkgConfig::EDDY_${id})
    endif()
    set(eddy_${id}_found TRUE)
  endif()
endmacro()

macro(eddy_find_dependency id)
  set(eddy_${id}_found FALSE)
  if("${id}" STREQUAL "threads")
    find_package(Threads QUIET)
    set(eddy_threads_found ${Threads_FOUND})
  elseif("${id}" STREQUAL "zlib")
    find_package(ZLIB QUIET)
    set(eddy_zlib_found ${ZLIB_FOUND})
  elseif("${id}" STREQUAL "pcre2")
    eddy_find_by_pkg_config(pcre2 "libpcre2-8>=10.30")
  elseif("${id}" STREQUAL "glib")
    eddy_find_by_pkg_config(glib "glib-2.0>=2.70")
  elseif("${id}" STREQUAL "gio")
    eddy_find_by_pkg_config(gio "gio-2.0>=2.70")
  elseif("${id}" STREQUAL "qt")
    find_package(Qt6 6.2 QUIET COMPONENTS Core)
    if(TARGET Qt6::Core)
      set(eddy_qt_found TRUE)
    endif()
  elseif("${id}" STREQUAL "gtest")
    find_package(GTest QUIET)
    set(eddy_gtest_found ${GTest_FOUND})
  elseif("${id}" STREQUAL "benchmark")
    find_package(benchmark QUIET)
    set(eddy_benchmark_found ${benchmark_FOUND})
  elseif("${id}" STREQUAL "libev")
    eddy_find_libev()
  elseif("${id}" STREQUAL "llhttp")
    eddy_find_llhttp()
  elseif("${id}" STREQUAL "http_parser")
    eddy_find_http_parser()
  elseif("${id}" STREQUAL "asio")
    eddy_find_boost_asio()
  elseif("${id}" STREQUAL "asio_standalone")
    eddy_find_standalone_asio()
  else()
    message(FATAL_ERROR "eddy_find_dependency: there is no dependency '${id}'")
  endif()
endmacro()

# Debian's libev-dev has neither a CMake nor a pkg-config file.
macro(eddy_find_libev)
  find_path(EDDY_LIBEV_INCLUDE_DIR ev.h PATH_SUFFIXES libev)
  find_library(EDDY_LIBEV_LIBRARY ev)
  mark_as_advanced(EDDY_LIBEV_INCLUDE_DIR EDDY_LIBEV_LIBRARY)
  if(EDDY_LIBEV_INCLUDE_DIR AND EDDY_LIBEV_LIBRARY)
    # libevent has an ev.h too, in its compatibility package; libev's says EV_VERSION_MAJOR.
    file(STRINGS "${EDDY_LIBEV_INCLUDE_DIR}/ev.h" eddy_libev_version REGEX "EV_VERSION_MAJOR[ =]+4")
    if(eddy_libev_version)
      set(eddy_libev_found TRUE)
      if(NOT TARGET EddyDeps::libev)
        add_library(EddyDeps::libev INTERFACE IMPORTED)
        target_include_directories(EddyDeps::libev INTERFACE "${EDDY_LIBEV_INCLUDE_DIR}")
        target_link_libraries(EddyDeps::libev INTERFACE "${EDDY_LIBEV_LIBRARY}")
      endif()
    endif()
  endif()
endmacro()

# Node's parser is packaged as its C sources.
macro(eddy_find_llhttp)
  find_path(EDDY_LLHTTP_INCLUDE_DIR llhttp.h PATHS ${CMAKE_SYSTEM_PREFIX_PATH} PATH_SUFFIXES share/include/llhttp)
  find_path(EDDY_LLHTTP_SOURCE_DIR llhttp.c PATHS ${CMAKE_SYSTEM_PREFIX_PATH} PATH_SUFFIXES share/llhttp)
  mark_as_advanced(EDDY_LLHTTP_INCLUDE_DIR EDDY_LLHTTP_SOURCE_DIR)
  if(EDDY_LLHTTP_INCLUDE_DIR AND EDDY_LLHTTP_SOURCE_DIR)
    set(eddy_llhttp_found TRUE)
    if(NOT TARGET eddy_llhttp)
      add_library(
        eddy_llhttp STATIC EXCLUDE_FROM_ALL
        ${EDDY_LLHTTP_SOURCE_DIR}/api.c ${EDDY_LLHTTP_SOURCE_DIR}/http.c ${EDDY_LLHTTP_SOURCE_DIR}/llhttp.c)
      target_include_directories(eddy_llhttp SYSTEM PUBLIC ${EDDY_LLHTTP_INCLUDE_DIR})
      target_compile_options(eddy_llhttp PRIVATE -w)
      add_library(EddyDeps::llhttp ALIAS eddy_llhttp)
    endif()
  endif()
endmacro()

macro(eddy_find_http_parser)
  find_path(EDDY_HTTP_PARSER_INCLUDE_DIR http_parser.h)
  find_library(EDDY_HTTP_PARSER_LIBRARY http_parser)
  mark_as_advanced(EDDY_HTTP_PARSER_INCLUDE_DIR EDDY_HTTP_PARSER_LIBRARY)
  if(EDDY_HTTP_PARSER_INCLUDE_DIR AND EDDY_HTTP_PARSER_LIBRARY)
    set(eddy_http_parser_found TRUE)
    if(NOT TARGET EddyDeps::http_parser)
      add_library(EddyDeps::http_parser INTERFACE IMPORTED)
      target_include_directories(EddyDeps::http_parser INTERFACE "${EDDY_HTTP_PARSER_INCLUDE_DIR}")
      target_link_libraries(EddyDeps::http_parser INTERFACE "${EDDY_HTTP_PARSER_LIBRARY}")
    endif()
  endif()
endmacro()

macro(eddy_find_boost_asio)
  find_package(Boost 1.77 QUIET CONFIG) # Asio is headers only
  if(NOT Boost_FOUND AND CMAKE_VERSION VERSION_LESS 3.30)
    find_package(Boost 1.77 QUIET MODULE) # a Boost without CMake files
  endif()
  if(Boost_FOUND)
    find_package(Threads QUIET)
    set(eddy_asio_found TRUE)
    if(NOT TARGET EddyDeps::boost_asio)
      add_library(EddyDeps::boost_asio INTERFACE IMPORTED)
      target_link_libraries(EddyDeps::boost_asio INTERFACE Boost::headers Threads::Threads)
    endif()
  endif()
endmacro()

macro(eddy_find_standalone_asio)
  find_path(EDDY_ASIO_INCLUDE_DIR asio.hpp)
  mark_as_advanced(EDDY_ASIO_INCLUDE_DIR)
  if(EDDY_ASIO_INCLUDE_DIR)
    find_package(Threads QUIET)
    # ASIO_VERSION is major * 100000 + minor * 100 + sub-minor.
    file(STRINGS "${EDDY_ASIO_INCLUDE_DIR}/asio/version.hpp" eddy_asio_version REGEX "define ASIO_VERSION ")
    string(REGEX REPLACE "^[^0-9]*([0-9]+).*$" "\\1" eddy_asio_version "${eddy_asio_version}")
    if(eddy_asio_version GREATER_EQUAL 102200)
      set(eddy_asio_standalone_found TRUE)
      if(NOT TARGET EddyDeps::standalone_asio)
        add_library(EddyDeps::standalone_asio INTERFACE IMPORTED)
        target_include_directories(EddyDeps::standalone_asio INTERFACE "${EDDY_ASIO_INCLUDE_DIR}")
        target_compile_definitions(EddyDeps::standalone_asio INTERFACE ASIO_STANDALONE)
        target_link_libraries(EddyDeps::standalone_asio INTERFACE Threads::Threads)
      endif()
    endif()
  endif()
endmacro()
