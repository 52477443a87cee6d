# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Tests and examples.
#
#   eddy_add_test(<name> SOURCES a_test.cc ...
#     [LINK targets...]        # eddy::core and GoogleTest (with its main and GMock) come by themselves
#     [NEEDS components...]    # qt glib ...: without one of these the test is left out, with the reason listed
#     [LABELS labels...]       # "threads": also run under ThreadSanitizer by .ci/run; beside those that a case has
#                              # by its name (EDDY_LABEL_TESTS, a script that CTest includes)
#     [TIMEOUT seconds]        # for each test case, default 60
#     [DEFINES X=1 ...]
#     [OPTIMIZED]              # compiled as the preset has it, for what optimizing may break: coroutines, templates
#     [SERIAL]                 # nothing else runs beside it: for what measures time
#     [WHOLE])                 # one ctest entry for the program, instead of one for each case; a case that
#                              # skips itself is then a failure
#
#   eddy_leave_out_test(<name> <reason>)   lists a test that cannot be had on this machine
#
#   eddy_add_example(<name> HOSTS native qt glib asio libev
#     SOURCES a.cc ... [LINK targets...])
# makes a program example_<name>_<host> for each host that is there, linked to eddy::web and the host's
# adapter and compiled with -DEDDY_EXAMPLE_HOST_<HOST> (EDDY_EXAMPLE_HOST_QT, ...): examples/host_loop.h
# turns that into a Loop. For one host alone (HOST qt) the program is called example_<name>.
# Keep the name and the hosts on the first line, and the SOURCES on the next: examples/run reads the first.

# In one build folder the tests that need a component which is not there are collected, one line each, for tests/run.
function(eddy_leave_out_test name reason)
  set_property(GLOBAL APPEND PROPERTY EDDY_LEFT_OUT "${name}: ${reason}")
endfunction()

function(eddy_write_left_out_tests)
  get_property(lines GLOBAL PROPERTY EDDY_LEFT_OUT)
  list(JOIN lines "\n" text)
  if(text)
    string(APPEND text "\n")
  endif()
  file(WRITE ${PROJECT_BINARY_DIR}/tests_left_out.txt "${text}")
endfunction()

# eddy_missing_component(out component...): the reason why one of them is not there, or an empty string.
function(eddy_missing_component out)
  set(${out} "" PARENT_SCOPE)
  foreach(name IN LISTS ARGN)
    string(TOUPPER ${name} upper)
    if(NOT EDDY_HAVE_${upper} AND NOT name STREQUAL "native")
      set(reason "eddy::${name} is not built")
      if(DEFINED EDDY_${upper} AND NOT EDDY_${upper})
        string(APPEND reason " (EDDY_${upper} is ${EDDY_${upper}})")
      elseif(DEFINED EDDY_DEPENDENCY_${name})
        eddy_dependency_missing_text(${name} text)
        string(APPEND reason " (${text})")
      endif()
      set(${out} "${reason}" PARENT_SCOPE)
      return()
    endif()
  endforeach()
endfunction()

if(EDDY_BUILD_TESTS)
  include(GoogleTest)
  # All that .ci/run builds for ThreadSanitizer, and without the optional libraries.
  add_custom_target(eddy_thread_tests)
  add_custom_target(eddy_web_tests)
endif()

function(eddy_add_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "OPTIMIZED;WHOLE;SERIAL" "TIMEOUT" "SOURCES;LINK;NEEDS;LABELS;DEFINES")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "eddy_add_test(${name}): unknown arguments ${arg_UNPARSED_ARGUMENTS}")
  endif()
  eddy_missing_component(reason ${arg_NEEDS})
  if(reason)
    eddy_leave_out_test(${name} "${reason}")
    return()
  endif()
  eddy_find_dependency(gtest)
  if(NOT eddy_gtest_found)
    eddy_dependency_missing_text(gtest reason)
    eddy_leave_out_test(${name} "${reason}")
    return()
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 60)
  endif()

  set(properties TIMEOUT ${arg_TIMEOUT})
  if(arg_SERIAL)
    list(APPEND properties RUN_SERIAL TRUE)
  endif()

  add_executable(${name} ${arg_SOURCES})
  set(optimized "")
  if(arg_OPTIMIZED)
    set(optimized OPTIMIZED)
  endif()
  eddy_target_defaults(${name} ${optimized})
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}) # for <tests/...>: the tests' own helpers
  target_compile_definitions(${name} PRIVATE ${arg_DEFINES})
  list(TRANSFORM arg_NEEDS PREPEND eddy::)
  target_link_libraries(${name} PRIVATE ${arg_LINK} ${arg_NEEDS} eddy::core GTest::gmock GTest::gtest_main)
  if("threads" IN_LIST arg_LABELS)
    add_dependencies(eddy_thread_tests ${name})
  endif()
  if(name MATCHES "^web_")
    add_dependencies(eddy_web_tests ${name})
  endif()
  if(arg_WHOLE)
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES ${properties} FAIL_REGULAR_EXPRESSION "\\[  SKIPPED \\]")
    set_property(TEST ${name} PROPERTY LABELS ${arg_LABELS})
  else()
    gtest_discover_tests(
      ${name}
      TEST_PREFIX ${name}.
      DISCOVERY_MODE PRE_TEST
      DISCOVERY_TIMEOUT 60
      NO_PRETTY_VALUES
      PROPERTIES ${properties})
    # gtest_discover_tests cannot hand on a list, so the labels are given once the cases are known.
    set(script ${CMAKE_CURRENT_BINARY_DIR}/${name}_labels.cmake)
    file(WRITE ${script} "set(program ${name})\nset(labels \"${arg_LABELS}\")\ninclude(\"${EDDY_LABEL_TESTS}\")\n")
    set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${script})
  endif()
endfunction()

function(eddy_add_example name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "HOST" "HOSTS;SOURCES;LINK")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "eddy_add_example(${name}): unknown arguments ${arg_UNPARSED_ARGUMENTS}")
  endif()
  set(hosts ${arg_HOSTS} ${arg_HOST})
  list(LENGTH hosts host_count)
  foreach(host IN LISTS hosts)
    set(target example_${name}_${host})
    if(host_count EQUAL 1)
      set(target example_${name})
    endif()
    # The Asio examples take whichever Asio is there; both are the same source.
    set(adapter ${host})
    if(host STREQUAL "asio" AND NOT EDDY_HAVE_ASIO AND EDDY_HAVE_ASIO_STANDALONE)
      set(adapter asio_standalone)
    endif()
    eddy_missing_component(reason ${adapter})
    if(reason)
      set_property(GLOBAL PROPERTY EDDY_MISSING_${target} "${reason}")
      continue()
    endif()
    add_executable(${target} ${arg_SOURCES})
    eddy_target_defaults(${target})
    set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/examples)
    string(TOUPPER ${host} upper)
    target_compile_definitions(${target} PRIVATE EDDY_EXAMPLE_HOST_${upper})
    target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}) # for <examples/host_loop.h>
    if(host STREQUAL "native")
      target_sources(${target} PRIVATE ${PROJECT_SOURCE_DIR}/examples/hosts/native.cc)
    else()
      target_link_libraries(${target} PRIVATE eddy::${adapter})
    endif()
    # An adapter may keep its host's library to itself; a program in that host uses it.
    if(host STREQUAL "qt")
      target_link_libraries(${target} PRIVATE Qt6::Core)
    elseif(host MATCHES "^(glib|libev)$")
      target_link_libraries(${target} PRIVATE EddyDeps::${host})
    endif()
    target_link_libraries(${target} PRIVATE example_program ${arg_LINK} eddy::web)
  endforeach()
endfunction()

# eddy_missing_example(out target): the reason why an example's program is not built, or an empty string.
function(eddy_missing_example out target)
  get_property(reason GLOBAL PROPERTY EDDY_MISSING_${target})
  if(NOT TARGET ${target} AND NOT reason)
    set(reason "${target} is not built")
  endif()
  set(${out} "${reason}" PARENT_SCOPE)
endfunction()
