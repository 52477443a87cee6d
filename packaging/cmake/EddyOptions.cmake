# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# The options of the build, and what they change for the whole tree. Nothing here touches a program that
# adds Eddy as a subdirectory: tools and warnings are set only where Eddy is the top of the build.

option(EDDY_BUILD_TESTS "Build the tests" ${PROJECT_IS_TOP_LEVEL})
option(EDDY_BUILD_EXAMPLES "Build the examples" ${PROJECT_IS_TOP_LEVEL})
option(EDDY_INSTALL "Make install rules and the CMake and pkg-config files" ${PROJECT_IS_TOP_LEVEL})
option(BUILD_SHARED_LIBS "Build shared libraries instead of static ones" OFF)
option(EDDY_WARNINGS_AS_ERRORS "Stop at compiler warnings" ${PROJECT_IS_TOP_LEVEL})
option(EDDY_FUZZERS "Build the fuzzers of tests/fuzz/run (needs Clang)" OFF)
set(EDDY_SANITIZE "" CACHE STRING "Sanitizers for the whole build: address;undefined or thread")

# AUTO builds a component when its library is found; ON makes a missing one an error; OFF leaves it out.
function(eddy_tristate option what default)
  set(${option} ${default} CACHE STRING "${what}: AUTO (when its library is found), ON or OFF")
  set_property(CACHE ${option} PROPERTY STRINGS AUTO ON OFF)
  string(TOUPPER "${${option}}" value)
  if(NOT value MATCHES "^(AUTO|ON|OFF|TRUE|FALSE|YES|NO|1|0)$")
    message(FATAL_ERROR "${option} is '${${option}}'; it takes AUTO, ON or OFF")
  endif()
endfunction()
eddy_tristate(EDDY_TLS "TLS by OpenSSL" AUTO)
eddy_tristate(EDDY_STACKS "Stacks of exceptions, by Boost.Stacktrace" AUTO)
eddy_tristate(EDDY_ASIO "The adapter for Boost.Asio" AUTO)
eddy_tristate(EDDY_ASIO_STANDALONE "The adapter for standalone Asio" AUTO)
eddy_tristate(EDDY_QT "The adapter for Qt 6" AUTO)
eddy_tristate(EDDY_GLIB "The adapter for GLib" AUTO)
eddy_tristate(EDDY_LIBEV "The adapter for libev" AUTO)
eddy_tristate(EDDY_BROTLI "Responses in brotli (part of web)" AUTO)
eddy_tristate(EDDY_ZSTD "Responses in zstd (part of web)" AUTO)
# A program that takes Eddy in as a subdirectory seldom has an adapter or handlers to test with these.
set(eddy_default OFF)
if(PROJECT_IS_TOP_LEVEL)
  set(eddy_default AUTO)
endif()
eddy_tristate(EDDY_TESTING "Test support (needs GoogleTest)" ${eddy_default})
eddy_tristate(EDDY_CONFORMANCE "The conformance suite for adapters (needs GoogleTest)" ${eddy_default})

# A build without a type is neither optimized nor debuggable.
get_property(eddy_multi_config GLOBAL PROPERTY GENERATOR_IS_MULTI_CONFIG)
if(PROJECT_IS_TOP_LEVEL AND NOT CMAKE_BUILD_TYPE AND NOT eddy_multi_config)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Build type" FORCE)
endif()

if(EDDY_SANITIZE)
  string(REPLACE ";" "," eddy_sanitizers "${EDDY_SANITIZE}")
  if(NOT eddy_sanitizers MATCHES "^(address|undefined|address,undefined|thread)$")
    message(FATAL_ERROR "EDDY_SANITIZE is '${EDDY_SANITIZE}'; it takes address;undefined or thread")
  endif()
  add_compile_options(-fsanitize=${eddy_sanitizers} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${eddy_sanitizers})
  if(eddy_sanitizers STREQUAL "thread")
    # ThreadSanitizer does not know fences. Most of Asio's are left out: it judges by the locks, which suffice.
    # GCC warns about the others, where a reference count comes to zero.
    add_compile_definitions(BOOST_ASIO_DISABLE_FENCED_BLOCK ASIO_DISABLE_FENCED_BLOCK)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
      add_compile_options(-Wno-tsan)
    endif()
  endif()
endif()

# Where Eddy is the top of the build: ccache and mold are used when they are there.
if(PROJECT_IS_TOP_LEVEL)
  set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
  find_program(EDDY_CCACHE ccache)
  mark_as_advanced(EDDY_CCACHE)
  if(EDDY_CCACHE AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
    # With paths relative to the source, one build folder's results serve the others, and one tree's another's: a new
    # clone compiles nothing that is known. Its debug information is relative too: start the debugger in the source.
    set(CMAKE_CXX_COMPILER_LAUNCHER env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} ${EDDY_CCACHE})
    set(CMAKE_C_COMPILER_LAUNCHER ${CMAKE_CXX_COMPILER_LAUNCHER})
    add_compile_options(-fdebug-prefix-map=${PROJECT_SOURCE_DIR}=.)
  endif()
  find_program(EDDY_MOLD mold)
  mark_as_advanced(EDDY_MOLD)
  if(EDDY_MOLD AND NOT (CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 12.1))
    add_link_options(-fuse-ld=mold)
  endif()
endif()

# One include path for the tree: <eddy/core/loop/loop.h> resolves through links that point at the folders,
# generated headers lie in a tree of their own beside it.
set(EDDY_INCLUDE_DIR ${PROJECT_BINARY_DIR}/include)
set(EDDY_GENERATED_DIR ${PROJECT_BINARY_DIR}/generated)
file(MAKE_DIRECTORY ${EDDY_INCLUDE_DIR}/eddy)
foreach(eddy_link core:core tls:core/tls stacks:adapters/stacks web:web asio:adapters/asio qt:adapters/qt glib:adapters/glib
                  libev:adapters/libev testing:tests/testing conformance:tests/conformance)
  string(REGEX MATCH "^([^:]+):(.+)$" eddy_link "${eddy_link}")
  file(CREATE_LINK ${PROJECT_SOURCE_DIR}/${CMAKE_MATCH_2} ${EDDY_INCLUDE_DIR}/eddy/${CMAKE_MATCH_1} SYMBOLIC)
endforeach()

configure_file(core/base/version.h.in ${EDDY_GENERATED_DIR}/eddy/core/base/version.h @ONLY)
