# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# The tests that items of parity name carry the items' ids as labels.

# Included by CTest behind the list of a program's tests: `program`, and the `labels` that all of its tests have.
include(${CMAKE_CURRENT_LIST_DIR}/items_of_tests.cmake)
foreach(test IN LISTS ${program}_TESTS)
  set(carried ${labels})
  if(test MATCHES "^[^.]+\\.([^.]+)\\.(([^/]+)(/.+)?)$")
    set(name ${CMAKE_MATCH_3})
    set(name_of_value ${CMAKE_MATCH_2})
    string(REPLACE "/" ";" suites ${CMAKE_MATCH_1}) # Values/Suite.Name/0, and Suite/0.Name of types
    foreach(suite IN LISTS suites)
      list(APPEND carried ${eddy_items_of_${suite}.${name}})
      if(NOT name STREQUAL name_of_value)
        list(APPEND carried ${eddy_items_of_${suite}.${name_of_value}})
      endif()
    endforeach()
  endif()
  if(carried)
    set_tests_properties(${test} PROPERTIES LABELS "${carried}")
  endif()
endforeach()
