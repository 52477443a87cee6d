# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#   eddy_add_library(<name>
#     SOURCES a.cc dir/b.cc ...            # relative to the calling folder
#     HEADERS a.h dir/b.h ...              # public: installed, checked to compile alone
#     [PRIVATE_HEADERS x_internal.h ...]   # only listed, for IDEs
#     [STATIC]                             # also where BUILD_SHARED_LIBS is ON
#     [FOLDER <dir>]                       # where the headers are in <eddy/...>; default <name>
#     [LINK PUBLIC t... PRIVATE t...]
#     [DEFINES PUBLIC X=1... PRIVATE Y...])
#
# makes target eddy_<name>, alias eddy::<name>, file libeddy-<name>, with hidden visibility, SOVERSION, the
# header file set, install rules and eddy-<name>.pc. Every linked target must be one of Eddy's own
# or stand in the table below, so that the package files always name what the library needs.

include(GNUInstallDirs)

# What a linked target is called in pkg-config files and in EddyDependencies.cmake:
# <target>|<id>|<pkg-config Requires>|<pkg-config Libs>
set(EDDY_LINKABLE
    "Threads::Threads|threads||-pthread"
    "ZLIB::ZLIB|zlib|zlib|"
    "EddyDeps::pcre2|pcre2|libpcre2-8 >= 10.30|"
    "EddyDeps::brotli|brotli|libbrotlienc >= 1.0|"
    "EddyDeps::zstd|zstd|libzstd >= 1.4|"
    "OpenSSL::SSL|tls|openssl >= 3.0|"
    "EddyDeps::boost_stacks|stacks||-lboost_stacktrace_backtrace -ldl"
    "EddyDeps::boost_asio|asio||-pthread"
    "EddyDeps::standalone_asio|asio_standalone||-pthread"
    "Qt6::Core|qt|Qt6Core >= 6.2|"
    "EddyDeps::glib|glib|gobject-2.0 >= 2.70|"
    "EddyDeps::gio|gio|gio-2.0 >= 2.70|"
    "EddyDeps::libev|libev||-lev"
    "GTest::gtest|gtest|gtest|")

# Warnings and language level, for Eddy's own targets. Warnings are Eddy's affair only where it is the
# top of the build: a newer compiler's new warning must not break somebody else's.
function(eddy_target_defaults target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "OPTIMIZED" "" "")
  target_compile_features(${target} PUBLIC cxx_std_20)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF CXX_VISIBILITY_PRESET hidden
                                             C_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  if(PROJECT_IS_TOP_LEVEL)
    target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic)
  endif()
  if(EDDY_WARNINGS_AS_ERRORS)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
  # On a test GCC would spend twice the time that it takes to run it: it is compiled for the next few seconds. Those with
  # OPTIMIZED, the examples and tests/bench are compiled as programs are.
  get_target_property(type ${target} TYPE)
  if(type STREQUAL "EXECUTABLE" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    if(EDDY_SANITIZE)
      target_compile_options(${target} PRIVATE -O0)
    elseif(PROJECT_IS_TOP_LEVEL AND CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo" AND NOT arg_OPTIMIZED)
      cmake_path(RELATIVE_PATH CMAKE_CURRENT_SOURCE_DIR BASE_DIRECTORY ${PROJECT_SOURCE_DIR} OUTPUT_VARIABLE folder)
      if(folder MATCHES "^tests/" AND NOT folder MATCHES "^tests/bench")
        target_compile_options(${target} PRIVATE -O1 -g1)
      endif()
    endif()
  endif()
endfunction()

function(eddy_add_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "STATIC" "FOLDER" "SOURCES;HEADERS;PRIVATE_HEADERS;LINK;DEFINES")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "eddy_add_library(${name}): unknown arguments ${arg_UNPARSED_ARGUMENTS}")
  endif()
  cmake_parse_arguments(link "" "" "PUBLIC;PRIVATE" ${arg_LINK})
  cmake_parse_arguments(define "" "" "PUBLIC;PRIVATE" ${arg_DEFINES})
  if(link_UNPARSED_ARGUMENTS OR define_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "eddy_add_library(${name}): say PUBLIC or PRIVATE for each of LINK and DEFINES")
  endif()
  if(NOT arg_FOLDER)
    set(arg_FOLDER ${name})
  endif()

  string(REPLACE "_" "-" file_name "eddy-${name}")
  set(target eddy_${name})
  set(kind "")
  if(arg_STATIC)
    set(kind STATIC)
  endif()
  add_library(${target} ${kind} ${arg_SOURCES} ${arg_PRIVATE_HEADERS})
  add_library(eddy::${name} ALIAS ${target})
  eddy_target_defaults(${target})
  # Before 1.0 each minor version may change the ABI.
  set(soversion ${PROJECT_VERSION_MAJOR})
  if(PROJECT_VERSION_MAJOR EQUAL 0)
    set(soversion ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
  endif()
  set_target_properties(
    ${target}
    PROPERTIES OUTPUT_NAME ${file_name}
               EXPORT_NAME ${name}
               VERSION ${PROJECT_VERSION}
               SOVERSION ${soversion}
               POSITION_INDEPENDENT_CODE ON
               # Static and shared compile alike: no -Deddy_core_EXPORTS, which nothing asks about.
               DEFINE_SYMBOL "")
  target_link_libraries(${target} PUBLIC ${link_PUBLIC} PRIVATE ${link_PRIVATE})
  target_compile_definitions(${target} PUBLIC ${define_PUBLIC} PRIVATE ${define_PRIVATE})

  # The headers are named through the link, so that their installed path is the path they are included by.
  list(TRANSFORM arg_HEADERS PREPEND ${EDDY_INCLUDE_DIR}/eddy/${arg_FOLDER}/)
  target_sources(${target} PUBLIC FILE_SET HEADERS BASE_DIRS ${EDDY_INCLUDE_DIR} ${EDDY_GENERATED_DIR}
                                  FILES ${arg_HEADERS})
  if(name STREQUAL "core")
    target_sources(${target} PUBLIC FILE_SET HEADERS FILES ${EDDY_GENERATED_DIR}/eddy/core/base/version.h)
  endif()
  set_property(GLOBAL APPEND PROPERTY EDDY_BUILT_COMPONENTS ${name})

  if(EDDY_INSTALL)
    eddy_install_library(${name} ${file_name} "${link_PUBLIC}" "${link_PRIVATE}" "${define_PUBLIC}")
  endif()
endfunction()

# Install rules, and what the package files must say about this library.
function(eddy_install_library name file_name links_public links_private defines)
  install(
    TARGETS eddy_${name}
    EXPORT eddy-${name}-targets
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT ${name}
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT ${name}
    FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT ${name})
  install(
    EXPORT eddy-${name}-targets
    NAMESPACE eddy::
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/eddy
    COMPONENT ${name})

  # Who links a static library needs its private libraries too; a shared one names them itself.
  set(visible PUBLIC)
  get_target_property(type eddy_${name} TYPE)
  if(type STREQUAL "STATIC_LIBRARY")
    list(APPEND visible PRIVATE)
  endif()
  set(links_PUBLIC ${links_public})
  set(links_PRIVATE ${links_private})
  foreach(kind PUBLIC PRIVATE)
    set(requires_${kind} "")
    set(libs_${kind} "")
    foreach(link IN LISTS links_${kind})
      if(link MATCHES "^eddy::(.+)$")
        string(REPLACE "_" "-" own "eddy-${CMAKE_MATCH_1}")
        list(APPEND requires_${kind} "${own} = ${PROJECT_VERSION}")
        set(property EDDY_REQUIRES_${name})
        set(value ${CMAKE_MATCH_1})
      else()
        set(entry ${EDDY_LINKABLE})
        list(FILTER entry INCLUDE REGEX "^${link}[|]")
        if(NOT entry MATCHES "^([^|]*)[|]([^|]*)[|]([^|]*)[|](.*)$")
          message(FATAL_ERROR "eddy_add_library(${name}): ${link} is not in the table of EddyLibrary.cmake")
        endif()
        set(value ${CMAKE_MATCH_2})
        list(APPEND requires_${kind} ${CMAKE_MATCH_3})
        list(APPEND libs_${kind} ${CMAKE_MATCH_4})
        set(property EDDY_NEEDS_${name})
      endif()
      if(kind IN_LIST visible)
        set_property(GLOBAL APPEND PROPERTY ${property} ${value})
      endif()
    endforeach()
  endforeach()
  if(type STREQUAL "STATIC_LIBRARY")
    list(APPEND requires_PUBLIC ${requires_PRIVATE})
    list(APPEND libs_PUBLIC ${libs_PRIVATE})
    set(requires_PRIVATE "")
    set(libs_PRIVATE "")
  endif()

  list(TRANSFORM defines PREPEND -D)
  list(REMOVE_DUPLICATES libs_PUBLIC)
  list(JOIN defines " " EDDY_PC_DEFINES)
  list(JOIN requires_PUBLIC ", " EDDY_PC_REQUIRES)
  list(JOIN requires_PRIVATE ", " EDDY_PC_REQUIRES_PRIVATE)
  list(JOIN libs_PUBLIC " " EDDY_PC_LIBS)
  list(JOIN libs_PRIVATE " " EDDY_PC_LIBS_PRIVATE)
  set(EDDY_PC_NAME ${file_name})
  # Relative to the file itself, so that an installed tree can be moved.
  file(RELATIVE_PATH EDDY_PC_PREFIX ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
  configure_file(${PROJECT_SOURCE_DIR}/packaging/cmake/eddy.pc.in
                 ${PROJECT_BINARY_DIR}/pkgconfig/${file_name}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/pkgconfig/${file_name}.pc
          DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT ${name})
endfunction()
