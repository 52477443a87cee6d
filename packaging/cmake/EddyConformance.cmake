# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
#   eddy_add_conformance_tests(<target> [LABELS labels...] [TIMEOUT seconds])
#
# Gives <target>, an executable of yours whose sources register hosts with EDDY_CONFORMANCE_HOST
# (<eddy/conformance/host_fixture.h>), the rules, a main(), and one ctest entry for each rule in each host, called
# <target>.<Host>/<Rules>.<Rule>. Each entry may last TIMEOUT seconds, 120 if you do not say. docs/conformance.md
# tells the rest.

function(eddy_add_conformance_tests target)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "TIMEOUT" "LABELS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "eddy_add_conformance_tests(${target}): unknown arguments ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  target_link_libraries(${target} PRIVATE eddy::conformance)
  include(GoogleTest)
  gtest_discover_tests(
    ${target}
    TEST_PREFIX ${target}.
    DISCOVERY_MODE PRE_TEST
    DISCOVERY_TIMEOUT 60
    NO_PRETTY_VALUES
    PROPERTIES TIMEOUT ${arg_TIMEOUT})
  # gtest_discover_tests cannot hand on a list, so the rest is said once the cases are known. The gates under load
  # have the machine to themselves: the work of other processes in interrupts is charged to the thread that runs.
  set(script ${CMAKE_CURRENT_BINARY_DIR}/${target}_properties.cmake)
  file(
    WRITE ${script}
    "foreach(test IN LISTS ${target}_TESTS)\n"
    "  set_tests_properties(\"\${test}\" PROPERTIES LABELS \"${arg_LABELS}\")\n"
    "  if(test MATCHES \"NotHoldTheHost\")\n"
    "    set_tests_properties(\"\${test}\" PROPERTIES RUN_SERIAL TRUE)\n"
    "  endif()\n"
    "endforeach()\n")
  set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES ${script})
endfunction()
