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
#   brotli           EddyDeps::brotli          1.0 (the encoder)
#   brotlidec        EddyDeps::brotlidec       1.0 (tests)
#   zstd             EddyDeps::zstd            1.4
#   tls              OpenSSL::SSL              3.0
#   asio             EddyDeps::boost_asio      Boost 1.77
#   asio_standalone  EddyDeps::standalone_asio 1.22
#   qt               Qt6::Core                 6.2
#   glib             EddyDeps::glib            2.70
#   gio              EddyDeps::gio             2.70 (examples and tests)
#   libev            EddyDeps::libev           4.0
#   gtest            GTest::gtest

set(EDDY_DEPENDENCY_threads "threads|g++")
set(EDDY_DEPENDENCY_zlib "zlib|zlib1g-dev")
set(EDDY_DEPENDENCY_pcre2 "PCRE2 10.30 or newer|libpcre2-dev")
set(EDDY_DEPENDENCY_brotli "brotli's encoder|libbrotli-dev")
set(EDDY_DEPENDENCY_brotlidec "brotli's decoder|libbrotli-dev")
set(EDDY_DEPENDENCY_zstd "zstd 1.4 or newer|libzstd-dev")
set(EDDY_DEPENDENCY_tls "OpenSSL 3.0 or newer|libssl-dev")
set(EDDY_DEPENDENCY_asio "Boost 1.77 or newer|libboost1.81-dev")
set(EDDY_DEPENDENCY_asio_standalone "standalone Asio 1.22 or newer|libasio-dev")
set(EDDY_DEPENDENCY_qt "Qt 6.2 Core or newer|qt6-base-dev")
set(EDDY_DEPENDENCY_glib "GLib 2.70 or newer|libglib2.0-dev")
set(EDDY_DEPENDENCY_gio "GIO 2.70 or newer|libglib2.0-dev")
set(EDDY_DEPENDENCY_libev "libev 4|libev-dev")
set(EDDY_DEPENDENCY_gtest "GoogleTest|libgtest-dev")

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
  elseif("${id}" STREQUAL "brotli")
    eddy_find_by_pkg_config(brotli "libbrotlienc>=1.0")
  elseif("${id}" STREQUAL "brotlidec")
    eddy_find_by_pkg_config(brotlidec "libbrotlidec>=1.0")
  elseif("${id}" STREQUAL "zstd")
    eddy_find_by_pkg_config(zstd "libzstd>=1.4")
  elseif("${id}" STREQUAL "tls")
    find_package(OpenSSL 3.0 QUIET COMPONENTS SSL)
    set(eddy_tls_found ${OPENSSL_FOUND})
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
  elseif("${id}" STREQUAL "libev")
    eddy_find_libev()
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
