# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# docs/from-tornado.md: that its tables have all of Tornado's names, that ours in them exist, and that its programs answer
# as Tornado's do.

eddy_missing_component(reason web)
if(reason)
  eddy_leave_out_test(docs.from_tornado "${reason}")
  return()
endif()
set(page ${PROJECT_SOURCE_DIR}/docs/from-tornado.md)

# That it can be built is the test. A sanitizer finds nothing new in a compiler's work.
if(NOT EDDY_SANITIZE)
  set(headers "")
  foreach(component core web)
    get_target_property(component_headers eddy_${component} HEADER_SET)
    list(APPEND headers ${component_headers})
  endforeach()
  list(TRANSFORM headers REPLACE "^.*/(include|generated)/(eddy/.*)$" "\\2")
  list(FILTER headers EXCLUDE REGEX "/nlohmann_json\\.h$")
  set(probes ${CMAKE_CURRENT_BINARY_DIR}/tornado_names.cc)
  set(script ${CMAKE_CURRENT_SOURCE_DIR}/tornado_probes.py)
  execute_process(COMMAND ${Python3_EXECUTABLE} ${script} ${PROJECT_SOURCE_DIR} ${probes} ${headers} RESULT_VARIABLE failed)
  if(failed)
    message(FATAL_ERROR "tests/docs: the tables of docs/from-tornado.md can't be read")
  endif()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS tornado_probes.py tornado_page.py)
  add_library(docs_tornado_names OBJECT ${probes})
  eddy_target_defaults(docs_tornado_names)
  target_compile_options(docs_tornado_names PRIVATE -O0 -g0)
  target_link_libraries(docs_tornado_names PRIVATE eddy::web)
endif()

# Beside the Tornado whose names the page has.
find_program(EDDY_TORNADO_PYTHON python3 PATHS /usr/bin NO_DEFAULT_PATH)
mark_as_advanced(EDDY_TORNADO_PYTHON)
set(tornado_version none)
if(EDDY_TORNADO_PYTHON)
  execute_process(COMMAND ${EDDY_TORNADO_PYTHON} -c "import tornado; print(tornado.version)" OUTPUT_VARIABLE tornado_version
                  ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
endif()
if(NOT tornado_version MATCHES "^6\\.2($|\\.)")
  eddy_leave_out_test(docs.tornado_names_test "Tornado 6.2 is missing (Debian 12's package python3-tornado)")
  eddy_leave_out_test(docs.tornado_programs_test "Tornado 6.2 is missing (Debian 12's package python3-tornado)")
  return()
endif()
add_test(NAME docs.tornado_names_test
         COMMAND ${EDDY_TORNADO_PYTHON} ${CMAKE_CURRENT_SOURCE_DIR}/tornado_names_test.py ${page})
if(NOT TARGET docs_notes)
  eddy_leave_out_test(docs.tornado_programs_test "docs_notes is not built")
  return()
endif()
add_test(NAME docs.tornado_programs_test
         COMMAND ${EDDY_TORNADO_PYTHON} ${CMAKE_CURRENT_SOURCE_DIR}/tornado_programs_test.py ${programs}
                 $<TARGET_FILE:docs_thirty_lines> $<TARGET_FILE:docs_notes>)
set_tests_properties(docs.tornado_programs_test PROPERTIES TIMEOUT 60)
